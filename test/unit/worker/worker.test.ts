import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  type ResponseError,
} from "vscode-jsonrpc/node";
import {
  filtersRequest,
  initializeRequest,
  inspectRequest,
  kernelRequest,
  progressNotification,
  protocolVersion,
  resumeRequest,
  runRequest,
  trialNotification,
  type WorkerFailure,
} from "../../../src/protocol/worker.ts";
import { readRun } from "../../../src/pruning/runs/readRun.ts";
import { projectRoot } from "../../support/corpus.ts";
import { useFolders } from "../../support/folders.ts";
import { program } from "../../support/program.ts";
import { sampleData, sampleModel } from "../../support/samples.ts";

describe("the worker", function () {
  this.timeout(60_000);
  const folder = useFolders();
  let child: ChildProcess;
  let connection: MessageConnection;

  beforeEach(async () => {
    child = fork(program("worker"), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    connection.listen();
    const ready = await connection.sendRequest(initializeRequest, { tfjsNodeFolders: [] });
    assert.deepEqual(ready, { protocolVersion, node: process.version });
  });

  afterEach(() => {
    connection.dispose();
    child.kill("SIGKILL");
  });

  it("inspects a model", async () => {
    const inspection = await connection.sendRequest(inspectRequest, { model: sampleModel });
    assert.equal(inspection.format, "layers-model");
    assert.deepEqual(
      inspection.groups?.map(({ name, channels, free }) => [name, channels, free]),
      [
        ["conv1", 16, 16],
        ["conv2", 32, 32],
        ["conv3", 48, 48],
        ["dense1", 64, 64],
        ["output", 10, 0],
      ],
    );
  });

  it("ranks the filters of a layer, and draws one", async () => {
    const asked = { model: sampleModel, layer: "conv1" };
    const filters = await connection.sendRequest(filtersRequest, { ...asked, criterion: "l2" });
    assert.deepEqual(
      filters.map(({ index }) => index).toSorted((a, b) => a - b),
      [...Array(16).keys()],
    );
    assert.ok(filters.every(({ score }, i) => i === 0 || score <= (filters[i - 1]?.score ?? 0)));
    const kernel = await connection.sendRequest(kernelRequest, { ...asked, filter: 3 });
    assert.equal(kernel?.cells.length, 9);
    assert.equal(await connection.sendRequest(kernelRequest, { ...asked, filter: 16 }), null);
    const gone = connection.sendRequest(kernelRequest, { ...asked, layer: "conv9", filter: 0 });
    await assert.rejects(gone, /has no layer "conv9" any more; refresh the view/);
  });

  it("announces each trial after it is on disk, with progress that never goes back", async () => {
    const out = join(folder(), "run");
    const fractions: number[] = [];
    const seen: Promise<number>[] = [];
    connection.onNotification(progressNotification, ({ fraction }) => void fractions.push(fraction));
    connection.onNotification(trialNotification, (params) => {
      seen.push(readRun(params.folder).then(({ trials }) => trials.findIndex(({ id }) => id === params.trial.id)));
    });
    const steps = [{ prune: "magnitude", sparsity: [0.2, 0.4, 0.6] }];
    const recipe = { model: sampleModel, data: { path: sampleData, limit: { test: 200 } }, backend: "wasm", steps };
    const result = await connection.sendRequest(runRequest, { recipe, base: projectRoot, folder: out });
    assert.deepEqual(result, { folder: out, status: "done", trials: 3 });
    assert.deepEqual(await Promise.all(seen), [0, 1, 2]);
    assert.ok(fractions.length > 6);
    assert.deepEqual(
      fractions,
      [...fractions].sort((a, b) => a - b),
    );
    assert.ok((fractions.at(-1) ?? 0) <= 1);
  });

  it("stops at the next safe point when cancelled, keeping what is finished", async () => {
    const out = join(folder(), "run");
    const cancel = new CancellationTokenSource();
    connection.onNotification(trialNotification, () => cancel.cancel());
    const steps = [{ prune: "magnitude", sparsity: Array.from({ length: 50 }, (_, i) => i / 50) }];
    const recipe = { model: sampleModel, data: { path: sampleData, limit: { test: 500 } }, backend: "wasm", steps };
    const result = await connection.sendRequest(runRequest, { recipe, base: projectRoot, folder: out }, cancel.token);
    assert.equal(result.status, "cancelled");
    const run = await readRun(out);
    assert.equal(run.status, "cancelled");
    assert.equal(run.trials.length, result.trials);
    assert.ok(run.trials.length >= 1 && run.trials.length < 50);
  });

  it("takes up a run that was cancelled", async () => {
    const out = join(folder(), "run");
    const cancel = new CancellationTokenSource();
    const announced: string[] = [];
    connection.onNotification(trialNotification, ({ trial }) => {
      announced.push(trial.label);
      cancel.cancel();
    });
    const steps = [{ prune: "magnitude", sparsity: [0.1, 0.2, 0.3] }];
    const recipe = { model: sampleModel, data: { path: sampleData, limit: { test: 500 } }, backend: "wasm", steps };
    await connection.sendRequest(runRequest, { recipe, base: projectRoot, folder: out }, cancel.token);
    assert.deepEqual(announced, ["magnitude 10 %"]);
    const result = await connection.sendRequest(resumeRequest, { folder: out });
    assert.deepEqual(result, { folder: out, status: "done", trials: 3 });
    assert.deepEqual(announced, ["magnitude 10 %", "magnitude 20 %", "magnitude 30 %"]);
    await assert.rejects(connection.sendRequest(resumeRequest, { folder: out }), /is done; there is nothing to resume/);
  });

  it("answers a fault with its code and one sentence", async () => {
    const asked = connection.sendRequest(inspectRequest, { model: join(folder(), "none.json") });
    await assert.rejects(asked, (error: ResponseError<WorkerFailure>) => {
      assert.equal(error.data?.code, "bad-model");
      assert.match(error.message, /none\.json does not exist/);
      return true;
    });
    const recipe = { model: sampleModel, steps: [{ prune: "magnitude", sparsity: 2 }] };
    const run = connection.sendRequest(runRequest, { recipe, base: projectRoot, folder: join(folder(), "run") });
    await assert.rejects(run, (error: ResponseError<WorkerFailure>) => error.data?.code === "bad-recipe");
  });

  it("is gone when its parent is", async () => {
    const gone = once(child, "exit");
    child.disconnect();
    const [status] = await gone;
    assert.equal(status, 0);
  });
});
