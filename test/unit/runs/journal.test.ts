import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  infoFile,
  journalFile,
  newRunFolder,
  recipeFile,
  runIdOf,
  trialFolder,
} from "../../../src/pruning/runs/folder.ts";
import { createJournal } from "../../../src/pruning/runs/journal.ts";
import { readRun } from "../../../src/pruning/runs/readRun.ts";
import type { Trial } from "../../../src/pruning/runs/run.ts";
import { useFolders } from "../../support/folders.ts";
import { placeFile } from "../../support/modelFiles.ts";
import { runInfo, runTrial } from "../../support/runFiles.ts";

/** The process id of a process that is gone. */
const goneProcess = (): number => spawnSync(process.execPath, ["--version"]).pid;

describe("a run on disk", () => {
  const folder = useFolders();

  async function someRun(...trials: Trial[]): Promise<string> {
    const journal = await createJournal(join(folder(), "run"), { steps: [] }, runInfo());
    for (const trial of trials) await journal.append(trial);
    return journal.folder;
  }

  /** The run, its models' paths as they come back. */
  const placed = (run: string, trial: Trial): Trial => ({ ...trial, model: join(run, trial.model) });

  it("reads back as it was written, with absolute paths of the models", async () => {
    const baseline = runTrial(0, { model: "/models/tiny/model.json" });
    const backend = { name: "wasm", detail: "2 threads", passedOver: ["tensorflow: is not installed"] };
    const data = { path: "/data", scaling: "x/255", split: "test", examples: 10_000, notes: [] };
    const journal = await createJournal(
      join(folder(), "run"),
      { seed: 1, steps: ["größe"] },
      runInfo({ backend, data }),
    );
    assert.deepEqual(JSON.parse(readFileSync(recipeFile(journal.folder), "utf8")), { seed: 1, steps: ["größe"] });
    assert.deepEqual((await readRun(journal.folder)).trials, []);

    await journal.update({ baseline });
    await journal.append(runTrial(1));
    await journal.append(runTrial(2));
    await journal.update({ status: "done", finished: "2026-11-22T12:01:00.000Z" });
    const expected = runInfo({ backend, data, baseline, status: "done", finished: "2026-11-22T12:01:00.000Z" });
    assert.deepEqual(journal.info, expected);
    assert.deepEqual(await readRun(journal.folder), {
      ...expected,
      folder: journal.folder,
      trials: [1, 2].map((n) => placed(journal.folder, runTrial(n))),
      sensitivity: [],
      factors: [],
    });
  });

  it("leaves out a torn last line, wherever it is torn", async () => {
    const run = await someRun(runTrial(1), runTrial(2), runTrial(3));
    const whole = readFileSync(journalFile(run));
    const lastLine = whole.lastIndexOf("\n", whole.length - 2) + 1;
    for (let length = lastLine; length <= whole.length; length++) {
      writeFileSync(journalFile(run), whole.subarray(0, length));
      const { trials } = await readRun(run);
      const count = length === whole.length ? 3 : 2;
      assert.deepEqual(
        trials,
        [1, 2, 3].slice(0, count).map((n) => placed(run, runTrial(n))),
        `${length} bytes`,
      );
    }
  });

  it("says which line of the journal is no trial", async () => {
    for (const line of ["garbage", "{}", "", JSON.stringify({ ...runTrial(2), metrics: {} })]) {
      const run = await someRun(runTrial(1));
      appendFileSync(journalFile(run), `${line}\n`);
      await assert.rejects(readRun(run), (error: Error & { code: string }) => {
        assert.equal(error.code, "bad-run");
        assert.ok(error.message.startsWith(`Line 2 of ${journalFile(run)} is no trial (`), error.message);
        assert.ok(error.message.endsWith("); remove it to read the rest."));
        return true;
      });
    }
  });

  it("takes no trial or baseline that it could not read back", async () => {
    const run = await someRun(runTrial(1));
    const before = readFileSync(journalFile(run));
    const journal = await createJournal(join(folder(), "run"), {}, runInfo());
    await journal.append(runTrial(1));
    for (const number of [Number.NaN, Number.POSITIVE_INFINITY]) {
      await assert.rejects(journal.append(runTrial(2, { metrics: { ...runTrial(2).metrics, compression: number } })));
      await assert.rejects(journal.append(runTrial(2, { metrics: { ...runTrial(2).metrics, loss: number } })));
      const baseline = runTrial(0, { metrics: { ...runTrial(0).metrics, loss: number } });
      await assert.rejects(journal.update({ baseline }));
    }
    await journal.update({ status: "failed" });
    assert.equal((await readRun(journal.folder)).status, "failed");
    assert.deepEqual(readFileSync(journalFile(journal.folder)), before);
  });

  it("refuses a trial whose model lies outside the run, whatever its number", async () => {
    for (const model of ["../other/model.json", "trials/../../x.json", "/etc/passwd", "", "."]) {
      for (const number of [0, 1]) {
        const run = await someRun(runTrial(number, { model }));
        await assert.rejects(readRun(run), {
          code: "bad-run",
          message: `Trial 20261122-1200-tiny/${number} of ${run} names a model outside the run: ${model}.`,
        });
      }
    }
  });

  it("is interrupted when it says it is running and its process is gone", async () => {
    const { host } = runInfo().process;
    for (const [status, pid, where, read] of [
      ["running", process.pid, host, "running"],
      ["running", goneProcess(), host, "interrupted"],
      ["running", goneProcess(), "another machine", "running"],
      ["done", goneProcess(), host, "done"],
      ["failed", goneProcess(), host, "failed"],
      ["cancelled", process.pid, host, "cancelled"],
    ] as const) {
      const journal = await createJournal(
        join(folder(), "run"),
        {},
        runInfo({ status, process: { pid, host: where } }),
      );
      assert.equal((await readRun(journal.folder)).status, read);
    }
  });

  it("refuses a run.json that is none, in one sentence", async () => {
    for (const text of ["", "garbage", "{}", "[]", "null", JSON.stringify({ ...runInfo(), version: 2 })]) {
      const run = await someRun(runTrial(1));
      writeFileSync(infoFile(run), text);
      await assert.rejects(readRun(run), (error: Error & { code: string }) => {
        assert.equal(error.code, "bad-run");
        assert.ok(error.message.startsWith(`${run} holds no run that can be read (run.json: `), error.message);
        assert.ok(error.message.endsWith("); name a folder that Secateur wrote."));
        return true;
      });
    }
    const process = { ...runInfo().process, pid: 0 };
    for (const pid of [0, -1, 1.5]) {
      const run = await someRun();
      writeFileSync(infoFile(run), JSON.stringify(runInfo({ process: { ...process, pid } })));
      await assert.rejects(readRun(run), { code: "bad-run" });
    }
  });

  it("refuses a folder without a run", async () => {
    for (const path of [folder(), join(folder(), "nowhere")]) {
      await assert.rejects(readRun(path), {
        code: "bad-run",
        message: /holds no run that can be read \(run\.json: ENOENT/,
      });
    }
  });

  it("is not made where something exists already, or nothing can be made", async () => {
    const root = folder();
    const file = placeFile(root, "file", "mine");
    mkdirSync(join(root, "folder"));
    for (const name of ["file", "folder"]) {
      await assert.rejects(createJournal(join(root, name), {}, runInfo()), {
        code: "bad-output",
        message: `${join(root, name)} exists already; name an output folder that does not.`,
      });
    }
    await assert.rejects(createJournal(join(file, "run"), {}, runInfo()), {
      code: "bad-output",
      message: /^The output folder .*run cannot be made \(ENOTDIR.*\); name one in a place you may write to\.$/,
    });
    assert.deepEqual(readdirSync(root), ["file", "folder"]);
    assert.deepEqual(readdirSync(join(root, "folder")), []);
  });

  it("keeps runs out of git in a workspace, and touches no other folder", async () => {
    const workspace = folder();
    const runs = join(workspace, ".secateur", "runs");
    await createJournal(join(runs, "first"), {}, runInfo());
    const ignored = join(workspace, ".secateur", ".gitignore");
    assert.equal(readFileSync(ignored, "utf8"), "*\n");
    writeFileSync(ignored, "mine");
    await createJournal(join(runs, "second"), {}, runInfo());
    assert.equal(readFileSync(ignored, "utf8"), "mine");

    const elsewhere = folder();
    await createJournal(join(elsewhere, "runs", "out"), {}, runInfo());
    assert.deepEqual(readdirSync(elsewhere, { recursive: true }).sort(), [
      "runs",
      join("runs", "out"),
      join("runs", "out", "recipe.json"),
      join("runs", "out", "run.json"),
    ]);
  });

  it("has a folder named by time and title, which sorts and fits every file system", () => {
    const at = (title: string, now = new Date("2026-11-22T12:34:56.789Z")) => newRunFolder("runs", title, now);
    assert.equal(at("Fashion MNIST (größe) v2"), join("runs", "20261122-123456-789-fashion-mnist-gro-e-v2"));
    assert.equal(at("../../etc"), join("runs", "20261122-123456-789-etc"));
    for (const title of ["日本", "", "...", "///"]) assert.equal(at(title), join("runs", "20261122-123456-789"));
    assert.ok(basename(at("x".repeat(300))).length <= 60);
    assert.ok(at("b", new Date("2026-11-22T09:00:00.000Z")) < at("a", new Date("2026-11-22T10:00:00.000Z")));
    assert.equal(runIdOf(at("tiny")), "20261122-123456-789-tiny");
    assert.equal(dirname(dirname(trialFolder("run", 3))), "run");
  });

  it("can be read at any moment of being written", async () => {
    const journal = await createJournal(join(folder(), "run"), {}, runInfo());
    let writing = true;
    const write = async () => {
      for (let n = 1; n <= 60; n++) {
        await Promise.all([journal.update({ title: "x".repeat(n * 2000) }), journal.append(runTrial(n))]);
      }
      writing = false;
    };
    let reads = 0;
    const read = async () => {
      let seen = 0;
      while (writing) {
        const { trials, title } = await readRun(journal.folder);
        assert.ok(trials.length >= seen && /^(tiny|x+)$/.test(title));
        seen = trials.length;
        reads++;
      }
    };
    await Promise.all([write(), read(), read()]);
    assert.ok(reads > 20, `${reads} reads`);
    assert.equal((await readRun(journal.folder)).trials.length, 60);
  });
});
