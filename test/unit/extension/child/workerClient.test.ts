import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { childEnvironment } from "../../../../src/extension/child/childProcess.ts";
import { WorkerClient, type WorkerOptions } from "../../../../src/extension/child/workerClient.ts";
import { protocolVersion } from "../../../../src/protocol/worker.ts";
import { SecateurError } from "../../../../src/pruning/errors.ts";
import { useFolders } from "../../../support/folders.ts";
import { placeFile } from "../../../support/modelFiles.ts";

// What the client does about children that misbehave: real processes, made to. A child that behaves is the real
// worker, in the host tests.

describe("extension/child/workerClient", () => {
  const folder = useFolders();
  const rpc = createRequire(import.meta.url).resolve("vscode-jsonrpc/node");
  const alive: WorkerClient[] = [];
  afterEach(() => {
    for (const client of alive.splice(0)) client.dispose();
  });

  /** A child that answers the handshake and does `body` with its connection. */
  const behaved = (body: string, version = protocolVersion) => `
    const { createMessageConnection, IPCMessageReader, IPCMessageWriter, ResponseError } = require(${JSON.stringify(rpc)});
    const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
    connection.onRequest("initialize", () => ({ protocolVersion: ${version}, node: process.version }));
    ${body}
    connection.listen();
    process.on("disconnect", () => process.exit());`;

  const lines: string[] = [];
  function start(script: string, options: Partial<WorkerOptions> = {}): Promise<WorkerClient> {
    lines.length = 0;
    const log: WorkerOptions["log"] = (level, message) => lines.push(`${level}: ${message}`);
    const path = placeFile(folder(), "child.cjs", script);
    return WorkerClient.start({ script: path, backends: { tfjsNodeFolders: [] }, log, ...options }).then((client) => {
      alive.push(client);
      return client;
    });
  }

  const request = { recipe: {}, base: "/", folder: "/none" };
  const fails = (code: string, sentence: RegExp) => (error: unknown) => {
    assert.ok(SecateurError.is(error), String(error));
    assert.equal(error.code, code);
    assert.match(error.message, sentence);
    return true;
  };

  it("gives up on a child that does not answer in time", async () => {
    await assert.rejects(
      start("setInterval(() => {}, 1000)", { startLimit: 300 }),
      fails("internal", /did not answer within 0.3 s/),
    );
  });

  it("says at once when a child ends before it answers, with its exit code", async () => {
    await assert.rejects(start("process.exit(3)"), fails("internal", /ended unexpectedly with exit code 3/));
  });

  it("refuses a child of another version", async () => {
    await assert.rejects(start(behaved("", protocolVersion + 1)), fails("internal", /reload the window/));
  });

  it("logs what a child prints, line by line", async () => {
    const client = await start(
      behaved(
        `connection.onRequest("inspect", () => { console.log("one\\ntwo"); console.error("three"); return {}; });`,
      ),
    );
    await client.inspect({ model: "/m" });
    while (lines.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(lines.toSorted(), ["info: one", "info: two", "warn: three"]);
  });

  it("tells a run's listener of warnings, and logs them as it does all else", async () => {
    const client = await start(
      behaved(`connection.onRequest("run", async () => {
        for (const level of ["info", "warn"]) await connection.sendNotification("log", { level, message: "a " + level });
        return { folder: "/f", status: "done", trials: 0 };
      });`),
    );
    const warnings: string[] = [];
    await client.run(request, { warning: (message) => warnings.push(message) });
    assert.deepEqual(warnings, ["a warn"]);
    assert.deepEqual(lines, ["info: a info", "warn: a warn"]);
  });

  it("hands a typed error on: code, sentence, details", async () => {
    const data = { code: "bad-model", message: "No such model.", details: "at line 1" };
    const client = await start(
      behaved(`connection.onRequest("inspect", () => new ResponseError(-32603, "x", ${JSON.stringify(data)}));`),
    );
    await assert.rejects(client.inspect({ model: "/m" }), (error) => {
      assert.ok(SecateurError.is(error, "bad-model"));
      assert.equal(error.message, "No such model.");
      assert.equal(error.details, "at line 1");
      return true;
    });
  });

  it("says how a child ended that is killed in the middle of a run", async () => {
    const client = await start(
      behaved(`connection.onRequest("run", () => { process.kill(process.pid, "SIGKILL"); });`),
    );
    await assert.rejects(
      client.run(request, {}),
      fails("internal", /ended unexpectedly by signal SIGKILL; trials it had finished are kept/),
    );
  });

  it("cancels a run through the protocol, and hears how it ended", async () => {
    const client = await start(
      behaved(`connection.onRequest("run", (_, token) => new Promise((resolve) =>
        token.onCancellationRequested(() => resolve({ folder: "/f", status: "cancelled", trials: 2 }))));`),
    );
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    assert.deepEqual(await client.run(request, {}, abort.signal), { folder: "/f", status: "cancelled", trials: 2 });
  });

  it("kills a child that does not stop when cancelled", async () => {
    const client = await start(behaved(`connection.onRequest("run", () => { for (;;); });`), { grace: 200 });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    await assert.rejects(client.run(request, {}, abort.signal), fails("cancelled", /Cancelled/));
    assert.throws(() => process.kill(client.pid ?? 0, 0), { code: "ESRCH" });
  });

  it("starts a child without what the editor put into its environment", () => {
    const env = { PATH: "/bin", NODE_OPTIONS: "--inspect", VSCODE_PID: "1", ELECTRON_NO_ASAR: "1", HOME: "/home" };
    assert.deepEqual(childEnvironment(env), { PATH: "/bin", HOME: "/home", ELECTRON_RUN_AS_NODE: "1" });
  });
});
