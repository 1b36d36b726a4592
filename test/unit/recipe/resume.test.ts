import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as tfl from "@tensorflow/tfjs-layers";
import { resumeRun } from "../../../src/pruning/recipe/resume.ts";
import { runRecipe } from "../../../src/pruning/recipe/runner.ts";
import {
  checkpointFile,
  infoFile,
  journalFile,
  recipeFile,
  unfinishedFolder,
} from "../../../src/pruning/runs/folder.ts";
import { readRun } from "../../../src/pruning/runs/readRun.ts";
import type { Run } from "../../../src/pruning/runs/run.ts";
import { filesIn, useFolders } from "../../support/folders.ts";
import { type Heard, job } from "../../support/job.ts";
import { runInChild } from "../../support/runInChild.ts";
import { withEngine } from "../engine/backends.ts";
import { dense } from "../engine/models.ts";
import { classes, modelOf, placedAt } from "../training/tiny.ts";
import { placeQuadrants, side } from "./quadrants.ts";

const training = { batchSize: 16, learningRate: 0.02 };

/** Two trials that share a step which is none, and one in between. */
const steps = [
  { prune: "magnitude", sparsity: 0.3 },
  { fineTune: { ...training, epochs: 2, optimizer: "adamw", weightDecay: 0.01 } },
  {
    fineTune: {
      ...training,
      epochs: 4,
      optimizer: "sgd",
      shift: 1,
      patience: 4,
      gradual: { prune: "magnitude", sparsity: [0.6, 0.8] },
    },
    record: true,
  },
  { distill: { ...training, epochs: 2 } },
];

describe("a run that is taken up again", function () {
  this.timeout(180_000);
  const folder = useFolders();

  /** A recipe for a model with all that keeps a state in training: statistics, dropout, momentum. */
  async function recipeIn(test: Mocha.Context, root: string) {
    const model = await withEngine(test, "cpu", () =>
      modelOf([
        tfl.layers.conv2d({ inputShape: [side, side, 1], filters: 6, kernelSize: 3, padding: "same", name: "conv" }),
        tfl.layers.batchNormalization({ momentum: 0.9, name: "norm" }),
        tfl.layers.reLU({ name: "relu" }),
        tfl.layers.dropout({ rate: 0.3, name: "drop" }),
        tfl.layers.flatten({ name: "flat" }),
        dense(classes, "head", { activation: "softmax" }),
      ]),
    );
    const data = { path: placeQuadrants(root, { train: 160, t10k: 40 }), scaling: "x/255" };
    return { model: placedAt(root, model), data, backend: "wasm", latency: false, steps };
  }

  /** All that a run came to, but for times, places on disk and processes. */
  const outcomeOf = ({ folder: place, trials, baseline, status, data }: Run) => ({
    status,
    data,
    baseline: baseline?.metrics,
    trials: trials.map(({ label, metrics, layers, notes, place: at }) => ({ label, metrics, layers, notes, at })),
    models: filesIn(join(place, "trials")),
    files: readdirSync(place).sort(),
  });

  const oneThread = (place: string, heard?: Heard) => ({ ...job(place, heard), threads: 1 });

  it("ends with the same weights and figures, bit for bit, wherever it was killed", async function () {
    const root = folder();
    const recipe = await recipeIn(this, root);
    const whole = outcomeOf(await runRecipe(recipe, oneThread(join(root, "whole"))));
    assert.deepEqual(whole.files, ["recipe.json", "run.json", "trials", "trials.jsonl"]);
    assert.equal(whole.trials.length, 4);
    const shared = "fine-tuned 2 epochs with adamw at 0.02: fine-tuning, step 13 of 18";
    const kills: [string, number, number][] = [
      ["unpruned:", 1, 0],
      [shared, 1, 0],
      ["on the way: fine-tuning, step 11 of 36", 1, 0],
      ["on the way: fine-tuning, step 35 of 36", 1, 0],
      ["on the way: measuring", 1, 0],
      ["distilled 2 epochs at 0.02: distilling, step 3 of 18", 1, 1],
      ["on the way: fine-tuning, step 30 of 36", 2, 2],
      ["distilled 2 epochs at 0.02: measuring", 2, 3],
    ];
    for (const [message, times, kept] of kills) {
      const told = { base: root, folder: join(root, `killed ${message.replace(/[^\w]+/g, " ")} ${times}`) };
      const { signal } = await runInChild({ ...told, recipe, killAt: { message, times } });
      assert.equal(signal, "SIGKILL", message);
      const broken = await readRun(told.folder);
      assert.equal(broken.status, "interrupted");
      assert.equal(broken.trials.length, kept, message);
      if (message === shared) {
        const again = await runInChild({
          ...told,
          killAt: { message: "80 % on the way: fine-tuning, step 20", times: 1 },
        });
        assert.equal(again.signal, "SIGKILL", "killed again while it is at it");
      }
      await resumeRun(oneThread(told.folder));
      const run = await readRun(told.folder);
      assert.ok((run.resumed ?? "") > run.started);
      assert.deepEqual(outcomeOf(run), whole, message);
      for (const [i, trial] of broken.trials.entries()) assert.deepEqual(run.trials[i], trial, "finished trials stay");
    }
  });

  /** Ends a run early, in this process, at a moment of its progress. */
  async function cancelledAt(recipe: object, place: string, moment: string): Promise<Run> {
    const cancel = new AbortController();
    const options = oneThread(place);
    const progress = (_: number, message: string) => void (message.includes(moment) && cancel.abort());
    return runRecipe(recipe, { ...options, signal: cancel.signal, events: { ...options.events, progress } });
  }

  it("goes on at the very batch after which it was cancelled, and keeps what was kept then", async function () {
    const root = folder();
    const recipe = await recipeIn(this, root);
    const whole = outcomeOf(await runRecipe(recipe, oneThread(join(root, "whole"))));
    const place = join(root, "cut");
    const { status, trials } = await cancelledAt(recipe, place, "on the way: fine-tuning, step 31 of 36");
    assert.equal(status, "cancelled", trials.map(({ label, notes }) => label + notes).join("\n"));
    const [early] = trials;
    assert.equal(trials.length, 1);
    assert.ok(early?.label.endsWith("magnitude 60 % on the way (ended early)") && early.place === undefined);
    const heard: Heard = { trials: [], fractions: [], logs: [], messages: [] };
    const run = await resumeRun(oneThread(place, heard));
    const first60 = heard.messages?.find((message) => message.includes("60 % on the way: fine-tuning, step"));
    assert.match(first60 ?? "", /step 32 of 36/);
    const [first, ...rest] = run.trials;
    assert.deepEqual(first, early);
    assert.equal(run.finished !== undefined && run.status, "done");
    const own = outcomeOf({ ...run, trials: rest });
    assert.deepEqual({ ...own, models: {} }, { ...whole, models: {} });
    for (const [i, { model }] of rest.entries()) {
      assert.deepEqual(filesIn(join(model, "..")), filesIn(join(root, "whole", "trials", `${i + 1}`)));
    }
  });

  it("clears away what was being written when it broke off, and takes up a run that failed", async function () {
    const root = folder();
    const recipe = await recipeIn(this, root);
    const place = join(root, "failed");
    const options = oneThread(place);
    const trial = () => mkdirSync(join(place, "trials", "2"), { recursive: true });
    await assert.rejects(runRecipe(recipe, { ...options, events: { ...options.events, trial } }), {
      code: "bad-output",
    });
    appendFileSync(journalFile(place), '{"id":"failed/2","lab');
    mkdirSync(join(place, "trials", ".2.abcd.tmp"));
    const run = await resumeRun(oneThread(place));
    assert.deepEqual([run.status, run.error, run.trials.length], ["done", undefined, 4]);
    assert.deepEqual(readdirSync(join(place, "trials")), ["1", "2", "3", "4"]);
    assert.ok(!existsSync(unfinishedFolder(place)));
  });

  it("starts the step in hand over where its checkpoint is damaged, and says so", async function () {
    const root = folder();
    const recipe = await recipeIn(this, root);
    const whole = outcomeOf(await runRecipe(recipe, oneThread(join(root, "whole"))));
    const place = join(root, "cut");
    await cancelledAt(recipe, place, "fine-tuning, step 13 of 18");
    const file = checkpointFile(place);
    const bytes = readFileSync(file);
    bytes[bytes.length - 5] = 1 ^ (bytes.at(-5) as number);
    writeFileSync(file, bytes);
    const heard: Heard = { trials: [], fractions: [], logs: [], messages: [] };
    const run = await resumeRun(oneThread(place, heard));
    assert.ok(
      heard.logs.some(
        (line) => line === `The checkpoint ${file} is damaged (its checksum is wrong); the step in hand starts over.`,
      ),
    );
    assert.ok(heard.messages?.some((message) => message.includes("fine-tuning, step 1 of 18")));
    assert.deepEqual(outcomeOf({ ...run, trials: run.trials.slice(1) }).trials, whole.trials);
  });

  it("is refused, in a sentence, where there is nothing to take up or it would be another run", async function () {
    const root = folder();
    const recipe = await recipeIn(this, root);
    const place = join(root, "cut");
    await cancelledAt(recipe, place, "fine-tuning, step 13 of 18");
    const refused = async (message: RegExp) => {
      const before = filesIn(place);
      await assert.rejects(resumeRun(oneThread(place)), { code: "bad-run", message });
      assert.deepEqual(filesIn(place), before, "a run that is refused stays as it is");
    };
    const changing = async (file: string, change: (text: string) => string, message: RegExp) => {
      const before = readFileSync(file);
      writeFileSync(file, Buffer.from(change(before.toString("latin1")), "latin1"));
      await refused(message);
      writeFileSync(file, before);
    };
    const other = /is not as it was when the run in .* began, so its trials could not be compared; start a new run\.$/;
    await changing(recipe.model, (text) => `${text}\n`, other);
    await changing(join(recipe.model, "..", "group1-shard1of1.bin"), (text) => `X${text.slice(1)}`, other);
    await changing(join(recipe.data.path, "train-labels-idx1-ubyte"), (text) => `${text.slice(0, -1)}\x00`, other);
    const own = recipeFile(place);
    await changing(
      own,
      (text) => text.replace('"seed"', '"Seed"').replace("0.3", "0.4"),
      /recipe\.json is not as it was when the run began; /,
    );
    await changing(own, () => "{", /recipe\.json is not as it was when the run began; start a new run\.$/);
    const info = infoFile(place);
    const as = (change: object) => (text: string) => JSON.stringify({ ...JSON.parse(text), ...change });
    await changing(info, as({ status: "done" }), /^The run in .* is done; there is nothing to resume\.$/);
    await changing(
      info,
      as({ status: "running" }),
      new RegExp(`is still running, as process ${process.pid}; cancel it first\\.$`),
    );
    await changing(
      info,
      as({ inputs: undefined }),
      /was made by a Secateur that could not resume runs; start a new one\.$/,
    );
    await changing(info, as({ version: 2 }), /holds no run that can be read/);
    assert.equal((await resumeRun(oneThread(place))).status, "done");
  });
});
