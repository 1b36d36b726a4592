import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { RunsReader } from "../../../../src/extension/runs/reader.ts";
import type { RunInfo, Trial } from "../../../../src/pruning/runs/run.ts";
import { useFolders } from "../../../support/folders.ts";
import { placeFile } from "../../../support/modelFiles.ts";
import { panelRun } from "../../../support/panelRuns.ts";

describe("extension/runs/reader", () => {
  const folder = useFolders();
  const sample = panelRun("sample", 0, [
    [0.3, 90],
    [0.6, 80],
  ]);
  const line = (index: number) => `${JSON.stringify(sample.trials[index] as Trial)}\n`;

  /** Writes a run with one trial. */
  function placeRun(runsFolder: string, id: string, more: Partial<RunInfo> = {}): string {
    const { trials: _, folder: __, colour: ___, modelName: ____, ...info } = sample;
    placeFile(join(runsFolder, id), "run.json", JSON.stringify({ ...info, id, ...more }));
    placeFile(join(runsFolder, id), "trials.jsonl", line(0));
    return join(runsFolder, id);
  }

  it("reads the runs of several folders; one that does not exist holds none", async () => {
    const [one, two] = [folder(), folder()];
    placeRun(one, "a");
    placeRun(two, "b");
    const { runs, unreadable } = await new RunsReader().read([one, join(one, "none"), two]);
    assert.deepEqual(runs.map(({ id }) => id).toSorted(), ["a", "b"]);
    assert.deepEqual(unreadable, []);
  });

  it("answers with the same object until something changes, and reads only what did", async () => {
    const runsFolder = folder();
    const changing = placeRun(runsFolder, "a");
    placeRun(runsFolder, "b");
    const reader = new RunsReader();
    const first = await reader.read([runsFolder]);
    assert.equal(await reader.read([runsFolder]), first);
    appendFileSync(join(changing, "trials.jsonl"), line(1));
    const second = await reader.read([runsFolder]);
    assert.notEqual(second, first);
    assert.deepEqual(
      second.runs.map(({ trials }) => trials.length),
      [2, 1],
    );
    assert.equal(second.runs[1], first.runs[1]);
    rmSync(changing, { recursive: true });
    assert.deepEqual((await reader.read([runsFolder])).runs, [first.runs[1]]);
  });

  it("notices that the process of a run is gone, though no file says so", async () => {
    const runsFolder = folder();
    const alive = { status: "running", process: { pid: process.pid, host: hostname() } } as const;
    placeRun(runsFolder, "a", alive);
    const reader = new RunsReader();
    const first = await reader.read([runsFolder]);
    assert.equal(first.runs[0]?.status, "running");
    assert.equal(await reader.read([runsFolder]), first, "a run that goes on is no change");
    const { pid } = spawnSync(process.execPath, ["--version"]);
    placeRun(runsFolder, "a", { ...alive, process: { pid, host: hostname() } });
    assert.equal((await reader.read([runsFolder])).runs[0]?.status, "interrupted");
  });

  it("keeps a folder that does not read back apart, and tries again when it changes", async () => {
    const runsFolder = folder();
    const file = placeFile(join(runsFolder, "a"), "run.json", "{ torn");
    const reader = new RunsReader();
    const first = await reader.read([runsFolder]);
    assert.deepEqual(first.runs, []);
    assert.equal(first.unreadable[0]?.folder, join(runsFolder, "a"));
    assert.equal(await reader.read([runsFolder]), first);
    writeFileSync(file, "{ torn again");
    assert.notEqual(await reader.read([runsFolder]), first);
    placeRun(runsFolder, "a");
    assert.equal((await reader.read([runsFolder])).runs.length, 1);
  });

  it("passes by a folder in which no run has begun yet", async () => {
    const runsFolder = folder();
    placeFile(join(runsFolder, "a"), "recipe.json", "{}");
    assert.deepEqual(await new RunsReader().read([runsFolder]), { runs: [], unreadable: [] });
  });
});
