import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readRecord } from "../../../src/pruning/graph/channels/record.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { resumeRun } from "../../../src/pruning/recipe/resume.ts";
import { runRecipe } from "../../../src/pruning/recipe/runner.ts";
import { readRun } from "../../../src/pruning/runs/readRun.ts";
import type { Run, Trial } from "../../../src/pruning/runs/run.ts";
import { openInBrowser } from "../../support/browser.ts";
import { filesIn, useFolders } from "../../support/folders.ts";
import { type Heard, job } from "../../support/job.ts";
import { placeModel } from "../../support/modelFiles.ts";
import { runInChild } from "../../support/runInChild.ts";
import { sampleData } from "../../support/samples.ts";
import { tinyGraphModel } from "../../support/tinyModels.ts";
import { sampleRecipe } from "./sampleRecipe.ts";

const data = { path: sampleData, limit: { train: 300, validation: 150, test: 100 }, scaling: "x/255" };

describe("a recipe that prunes greedily", function () {
  this.timeout(180_000);
  const folder = useFolders();

  const recipe = (steps: readonly object[], more: object = {}) => sampleRecipe(steps, { data, ...more });
  const run = (steps: readonly object[], heard?: Heard, more: object = {}): Promise<Run> =>
    runRecipe(recipe(steps, more), job(join(folder(), "run"), heard));
  const greedy = (options: object) => ({ prune: "greedy", layers: "conv1, conv2", ...options });
  const hearing = (): Heard => ({ trials: [], fractions: [], logs: [], messages: [] });

  const widthsOf = async ({ model }: Trial): Promise<unknown[]> =>
    networkOf(await readModel(model))
      .layers.filter(({ prunable }) => prunable)
      .map(({ outputShape }) => outputShape?.at(-1));
  const removedOf = async ({ model }: Trial) => readRecord(await readModel(model));

  it("removes what the plain loop removes, with far fewer answers, and keeps a trial at every width", async () => {
    const heard = hearing();
    const { trials } = await run([greedy({ filters: 5, trialEvery: 2, exhaustive: [false, true] })], heard);
    assert.deepEqual(
      trials.map(({ label, place }) => [label.replace(/^greedy 5 filters /, ""), place]),
      [
        ["of conv1, conv2, after 2", "0, after 2"],
        ["of conv1, conv2, after 4", "0, after 4"],
        ["of conv1, conv2", "0"],
        ["exhaustively of conv1, conv2, after 2", "1, after 2"],
        ["exhaustively of conv1, conv2, after 4", "1, after 4"],
        ["exhaustively of conv1, conv2", "1"],
      ],
    );
    const removed = await Promise.all(trials.map(removedOf));
    assert.deepEqual(removed.slice(0, 3), removed.slice(3), "the same filters in the same order");
    assert.equal(Object.values(removed[0] ?? {}).flat().length, 2);
    assert.equal(Object.values(removed[2] ?? {}).flat().length, 5);
    for (const [i, trial] of trials.slice(0, 3).entries()) {
      assert.deepEqual(filesIn(join(trial.model, "..")), filesIn(join((trials[i + 3] as Trial).model, "..")));
    }
    await openInBrowser((trials[2] as Trial).model, "layers-model");
    const notes = trials.map((trial) => trial.notes);
    assert.match(
      notes[2]?.[0] ?? "",
      /^Asked for 5 of the filters, removed 5 filters with all that is tied to them, so that 10\.4 % of the unpruned model's are gone\.$/,
    );
    assert.match(notes[0]?.[0] ?? "", /removed 2 filters /, "on the way, what has gone by then");
    const counts = /^To choose, ([\d,]+) answers to single images were computed, of the 34,500 that trying/;
    const [fast, plain] = [2, 5].map((i) => Number(counts.exec(notes[i]?.[1] ?? "")?.[1]?.replaceAll(",", "")));
    // 48 + 47 + 46 + 45 + 44 filters, 150 images.
    assert.equal(plain, 34_500);
    assert.ok((fast ?? 0) < 0.5 * 34_500, `${fast}`);
    const said = heard.messages?.find((message) => /4th filter: trying conv\d filter \d+; best so far/.test(message));
    assert.match(
      said ?? "",
      /best so far conv\d filter \d+ with 1\d\d of 150; [\d,]+ evaluations done, [\d,]+ saved; about \d+ s left$/,
    );
  });

  it("layer by layer gives each its share before the next, in either direction", async () => {
    for (const [order, first] of [
      ["forward", "conv1"],
      ["backward", "conv2"],
    ] as const) {
      const { trials } = await run([greedy({ share: 0.25, order, trialEvery: first === "conv1" ? 4 : 8, images: 60 })]);
      const [early, ...others] = await Promise.all(trials.map(removedOf));
      assert.deepEqual(Object.keys(early ?? {}), [first], order);
      const last = others.at(-1) ?? {};
      assert.deepEqual([last.conv1?.length, last.conv2?.length], [4, 8], order);
      assert.match(trials.at(-1)?.notes[0] ?? "", /^Asked for 25 % of the filters, removed 12 filters .*25 % of the/);
    }
  });

  it("ends before more is lost than it may, or where nothing more may go, and says so", async () => {
    const steps = [greedy({ maxDrop: 0.02, layers: "conv1" })];
    const { trials } = await run(steps);
    const [trial] = trials as [Trial];
    assert.match(trial.notes[0] ?? "", /^Asked for as many .*: the next one would lose more than 2 % of the images /);
    const [removed = 0] = (await widthsOf(trial)).map((width) => 16 - Number(width));
    assert.ok(removed > 0 && removed < 15, `${removed}`);
    const all = await run([greedy({ filters: 9, layers: "conv1", minWidth: 12, images: 40 })]);
    assert.deepEqual((await widthsOf(all.trials[0] as Trial))[0], 12);
    assert.match(
      all.trials[0]?.notes[0] ?? "",
      /^Asked for 9 of the filters, removed 4 filters .*: no more may go, for every layer keeps 12 filters\.$/,
    );
    const none = await run([greedy({ share: 0.5, layers: "output" })]);
    assert.match(
      none.trials[0]?.notes[0] ?? "",
      /^Nothing was pruned; asked for 50 % .*: no chosen layer has filters /,
    );
  });

  it("tries a shortlist alone, and with an audit says how often the best was on it", async () => {
    const { trials } = await run([
      greedy({ filters: 2, shortlist: [6, 48], audit: true, criterion: "l2", layers: "conv1, conv2", images: 60 }),
    ]);
    const [short, whole] = trials as [Trial, Trial];
    const note = (trial: Trial) => trial.notes.find((each) => each.includes("shortlist")) ?? "";
    assert.match(note(short), /^The best filter of all was on the shortlist in [012] of 2 steps\.$/);
    assert.match(note(whole), /^The best filter of all was on the shortlist in 2 of 2 steps\.$/);
    const exact = await run([greedy({ filters: 2, images: 60 })]);
    assert.deepEqual(await removedOf(whole), await removedOf(exact.trials[0] as Trial));
    // A list of six is a sixth of the work or less, without the audit.
    assert.match(short.notes[1] ?? "", /^To choose, (\d{2,3}) answers .* of the 5,700 /);
  });

  it("trains between removals but not after the last, and goes on from one share to the next", async () => {
    const heard = hearing();
    const steps = [
      greedy({ share: 0.05, perStep: 1, fineTune: { steps: 2 }, images: 40, layers: "conv1, dense1", record: true }),
      greedy({ share: 0.1, images: 40, layers: "conv1, dense1" }),
    ];
    const { trials } = await run(steps, heard);
    const [first, second] = trials as [Trial, Trial];
    // 80 filters.
    assert.equal(Object.values(await removedOf(first)).flat().length, 4);
    assert.equal(Object.values(await removedOf(second)).flat().length, 8);
    assert.equal(heard.messages?.filter((message) => message.includes("step 2 of 2")).length, 3);
    assert.ok(first.notes.some((note) => note.startsWith("Fine-tuning, 2 of 2 steps: validation accuracy from ")));
    assert.match(second.notes.join("\n"), /Asked for 10 % of the filters, removed 4 filters /);
  });

  it("needs no labels: what the unpruned model answers is right", async () => {
    const { trials } = await run([greedy({ filters: 2, images: 40 })], undefined, { data: { ...data, labels: false } });
    assert.equal(Object.values(await removedOf(trials[0] as Trial)).flat().length, 2);
    assert.ok((trials[0]?.metrics.agreement ?? 0) > 0.9);
    await assert.rejects(
      run([greedy({ filters: 2, shortlist: 4 })], undefined, { data: { ...data, labels: false } }),
      /choose a criterion that needs none/,
    );
  });

  describe("broken off", () => {
    const steps = [greedy({ filters: 4, images: 60, fineTune: { steps: 2, batchSize: 16 }, trialEvery: 2 })];
    const oneThread = (place: string, heard?: Heard) => ({ ...job(place, heard), threads: 1 });

    it("keeps what is finished, and taken up again makes the same choices, to the same weights", async () => {
      const root = folder();
      const whole = await runRecipe(recipe(steps), oneThread(join(root, "whole")));
      for (const moment of ["2nd filter: trying", "step 1 of 2", "4th filter: trying"]) {
        const place = join(root, moment);
        const cancel = new AbortController();
        const options = oneThread(place);
        let seen = 0;
        const progress = (_: number, message: string) => {
          // The second training, that is.
          if (message.includes(moment) && ++seen === (moment.startsWith("step") ? 2 : 1)) cancel.abort();
        };
        const events = { ...options.events, progress };
        const cut = await runRecipe(recipe(steps), { ...options, events, signal: cancel.signal });
        assert.equal(cut.status, "cancelled", moment);
        const kept = cut.trials.at(-1) as Trial;
        assert.ok(kept.label.endsWith("(ended early)"));
        assert.match(kept.notes[0] ?? "", /removed [123] filters? with .*: it ended early\.$/);
        await openInBrowser(kept.model, "layers-model");
        await goesOn(place, whole, moment);
      }
    });

    it("loses at most the step in hand when it is killed", async () => {
      const root = folder();
      const whole = await runRecipe(recipe(steps), oneThread(join(root, "whole")));
      for (const [message, times] of [
        ["3rd filter: trying", 1],
        ["step 2 of 2", 2],
        ["4th filter: trying", 1],
      ] as const) {
        const place = join(root, message.replace(/\W+/g, " "));
        const told = { base: root, folder: place, recipe: recipe(steps), killAt: { message, times } };
        assert.equal((await runInChild(told)).signal, "SIGKILL", message);
        assert.equal((await readRun(place)).status, "interrupted");
        await goesOn(place, whole, message);
      }
    });

    /** Takes a run up again, which comes to the same as one that was not broken off. */
    async function goesOn(place: string, whole: Run, moment: string): Promise<void> {
      const heard = hearing();
      await resumeRun(oneThread(place, heard));
      assert.ok(!heard.messages?.some((message) => message.includes("1st filter")), "goes on where it was");
      const { trials } = await readRun(place);
      const finished = trials.filter((trial) => trial.place !== undefined);
      assert.equal(finished.length, 2, moment);
      for (const trial of finished) {
        const other = whole.trials.find(({ place: same }) => same === trial.place) as Trial;
        assert.deepEqual(filesIn(join(trial.model, "..")), filesIn(join(other.model, "..")), moment);
        assert.equal(trial.notes[0], other.notes[0]);
      }
    }
  });

  it("refuses what cannot be meant before anything is written", async () => {
    const place = join(folder(), "run");
    const refuses = (step: object, message: RegExp, more: object = {}) =>
      assert.rejects(runRecipe(recipe([step], more), job(place)), { code: "bad-recipe", message });
    await refuses(greedy({}), /^Greedy pruning needs one of filters, share, maxDrop, and none is given\.$/);
    await refuses(greedy({ filters: 1, share: 0.5 }), /takes filters or a share, and both are given\.$/);
    await refuses(greedy({ filters: 1, order: "forward" }), /^Layer by layer, greedy pruning needs the share /);
    await refuses(greedy({ filters: 1, audit: true }), /^An audit goes with a shortlist; /);
    await refuses(greedy({ filters: 1, layers: "nothing*" }), /nothing\*/);
    await refuses(
      greedy({ filters: 1 }),
      /^Greedy pruning works on layers models, and this is another kind of model; /,
      {
        model: placeModel(folder(), tinyGraphModel),
      },
    );
    const without = sampleRecipe([greedy({ filters: 1 })]);
    await assert.rejects(runRecipe(without, job(place)), /learns from images, but it names no data/);
    assert.ok(!existsSync(place));
  });
});
