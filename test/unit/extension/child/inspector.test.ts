import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { Inspector } from "../../../../src/extension/child/inspector.ts";
import { WorkerClient } from "../../../../src/extension/child/workerClient.ts";
import { protocolVersion } from "../../../../src/protocol/worker.ts";
import { useFolders } from "../../../support/folders.ts";
import { placeFile } from "../../../support/modelFiles.ts";

// Real processes that answer with their own id.

describe("extension/child/inspector", () => {
  const folder = useFolders();
  const rpc = createRequire(import.meta.url).resolve("vscode-jsonrpc/node");
  const open: Inspector[] = [];
  afterEach(() => {
    for (const inspector of open.splice(0)) inspector.dispose();
  });

  const script = `
    const { createMessageConnection, IPCMessageReader, IPCMessageWriter, ResponseError } = require(${JSON.stringify(rpc)});
    const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
    connection.onRequest("initialize", () => ({ protocolVersion: ${protocolVersion}, node: process.version }));
    connection.onRequest("inspect", () => ({ layers: [], pid: process.pid }));
    connection.onRequest("filters", ({ layer }) => layer === "slow" ? new Promise(() => {}) : [{ index: 0, score: process.pid }]);
    connection.onRequest("kernel", ({ filter }) => filter === 9
      ? new ResponseError(-32603, "x", { code: "bad-model", message: "No such layer." })
      : filter === 8 ? process.exit(1) : null);
    connection.listen();
    process.on("disconnect", () => process.exit());`;

  function inspector(idle?: number): Inspector {
    const path = placeFile(folder(), "child.cjs", script);
    const made = new Inspector(
      () => WorkerClient.start({ script: path, backends: { tfjsNodeFolders: [] }, log: () => {} }),
      idle,
    );
    open.push(made);
    return made;
  }

  const pidOf = async (of: Inspector, model = "/m") => {
    const [answer] = await of.filters({ model, layer: "conv", criterion: "l2" });
    return answer?.score ?? 0;
  };
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  const gone = async (pid: number) => {
    for (let i = 0; i < 400 && isAlive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.ok(!isAlive(pid), "the child is still there");
  };

  it("asks one child about one model, one after the other or at once", async () => {
    const asked = inspector();
    const pids = await Promise.all([pidOf(asked), pidOf(asked)]);
    assert.equal(new Set([...pids, await pidOf(asked)]).size, 1);
  });

  it("ends it when another model is asked about, with whatever it is doing", async () => {
    const asked = inspector();
    const first = await pidOf(asked);
    const slow = asked.filters({ model: "/m", layer: "slow", criterion: "l2" });
    const failed = assert.rejects(slow, { code: "cancelled" });
    const second = await pidOf(asked, "/other");
    assert.notEqual(second, first);
    await failed;
    await gone(first);
    assert.equal(await pidOf(asked, "/other"), second);
  });

  it("ends it when nothing was asked for a while, and starts another when something is", async () => {
    const asked = inspector(30);
    const first = await pidOf(asked);
    await gone(first);
    assert.notEqual(await pidOf(asked), first);
  });

  it("keeps it while it has a question to answer", async () => {
    const asked = inspector(10);
    const first = await pidOf(asked);
    const slow = asked.filters({ model: "/m", layer: "slow", criterion: "l2" });
    slow.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(isAlive(first));
  });

  it("starts another after one that crashed, and keeps one that said what is wrong", async () => {
    const asked = inspector();
    const first = await pidOf(asked);
    await assert.rejects(asked.kernel({ model: "/m", layer: "conv", filter: 9 }), { code: "bad-model" });
    assert.equal(await pidOf(asked), first);
    await assert.rejects(asked.kernel({ model: "/m", layer: "conv", filter: 8 }), { code: "internal" });
    assert.notEqual(await pidOf(asked), first);
  });

  it("leaves no child behind", async () => {
    const asked = inspector();
    const pid = await pidOf(asked);
    asked.dispose();
    await gone(pid);
  });
});
