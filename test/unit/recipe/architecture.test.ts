import assert from "node:assert/strict";
import { join } from "node:path";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { checkPlan, planOf } from "../../../src/pruning/recipe/plan.ts";
import { runRecipe } from "../../../src/pruning/recipe/runner.ts";
import { parseRecipe } from "../../../src/pruning/recipe/schema.ts";
import type { Run, Trial } from "../../../src/pruning/runs/run.ts";
import { useFolders } from "../../support/folders.ts";
import { type Heard, job } from "../../support/job.ts";
import { placeModel } from "../../support/modelFiles.ts";
import { sampleData, sampleModel } from "../../support/samples.ts";
import { tinyGraphModel } from "../../support/tinyModels.ts";

const record = true;

describe("a recipe that shrinks and expands", function () {
  this.timeout(120_000);
  const folder = useFolders();
  const run = (steps: object[], more: object = {}, heard?: Heard): Promise<Run> =>
    runRecipe({ model: sampleModel, backend: "wasm", steps, ...more }, job(join(folder(), "run"), heard));

  it("makes a magnitude-pruned model really smaller, with the answers it had", async () => {
    const { baseline, trials } = await run(
      [{ prune: "magnitude", sparsity: 0.98, record }, { shrink: {}, record }, { expand: {} }],
      { data: { path: sampleData, limit: { test: 200 } }, latency: false },
    );
    const [pruned, shrunk, expanded] = trials as [Trial, Trial, Trial];
    assert.deepEqual(
      trials.map(({ label }) => label),
      ["magnitude 98 %", "magnitude 98 %, shrunk", "magnitude 98 %, shrunk, expanded"],
    );
    assert.match(shrunk.notes.join(" "), /^[\d,]+ filters that did nothing were taken out: \d+ of conv/);
    for (const key of ["parameters", "macs", "bytes"] as const) {
      assert.ok((shrunk.metrics[key] as number) < (pruned.metrics[key] as number), key);
      assert.equal(expanded.metrics[key], baseline?.metrics[key], key);
    }
    for (const { metrics } of [shrunk, expanded]) {
      assert.equal(metrics.accuracy, pruned.metrics.accuracy);
      assert.ok(Math.abs((metrics.loss as number) - (pruned.metrics.loss as number)) < 1e-4);
      // Weights that nobody reads any more are gone too.
      assert.ok(metrics.sparsity >= pruned.metrics.sparsity);
    }
    assert.equal(expanded.metrics.sparsity, shrunk.metrics.sparsity);
    // Layer by layer against the unpruned ones, whose names and order they keep.
    assert.deepEqual(shrunk.layers, expanded.layers);
    assert.deepEqual(
      shrunk.layers.map(({ name }) => name),
      baseline?.layers.map(({ name }) => name),
    );
  });

  it("puts a model back that was shrunk, trained and pruned since", async () => {
    const { trials } = await run(
      [
        { prune: "structured", filters: 0.5 },
        { fineTune: { steps: 3 } },
        { prune: "magnitude", sparsity: 0.5, record },
        { expand: {} },
      ],
      { data: { path: sampleData, limit: { train: 200, validation: 50, test: 200 } }, latency: false },
    );
    const [small, large] = trials as [Trial, Trial];
    assert.ok(small.metrics.parameters < large.metrics.parameters);
    assert.equal(small.metrics.nonZero <= large.metrics.nonZero, true);
    assert.equal(small.metrics.accuracy, large.metrics.accuracy);
    const [original, expanded] = [await readModel(sampleModel), await readModel(large.model)];
    assert.deepEqual(networkOf(expanded), networkOf(original));
    assert.equal(expanded.source, original.source);
  });

  it("verifies without data, and opens no backend where there is nothing to verify", async () => {
    const heard: Heard = { trials: [], fractions: [], logs: [] };
    const { trials } = await run([{ shrink: {} }, { expand: {} }], {}, heard);
    assert.deepEqual(trials[0]?.notes.length, 2);
    assert.match(trials[0]?.notes[0] ?? "", /^Nothing was taken out: /);
    assert.match(trials[0]?.notes[1] ?? "", /^Nothing was expanded: /);
    assert.deepEqual(heard.logs, []);
    const other = runRecipe(
      { model: sampleModel, backend: "wasm", steps: [{ prune: "magnitude", sparsity: 0.98 }, { shrink: {} }] },
      job(join(folder(), "other"), heard),
    );
    assert.match((await other).trials[0]?.notes[0] ?? "", /taken out/);
    assert.match(heard.logs.join(" "), /wasm/);
  });

  it("keeps widths and multiples that are asked for, and sweeps over them", async () => {
    const { trials } = await run([
      { prune: "magnitude", sparsity: 0.99 },
      { shrink: { minWidth: [1, 6], roundTo: 2 } },
    ]);
    assert.deepEqual(
      trials.map(({ label }) => label),
      ["magnitude 99 %, shrunk keeping 1 in multiples of 2", "magnitude 99 %, shrunk keeping 6 in multiples of 2"],
    );
    for (const [i, least] of [1, 6].entries()) {
      const { layers } = networkOf(await readModel(trials[i]?.model as string));
      for (const { type, outputShape } of layers.filter(({ prunable }) => prunable)) {
        const width = outputShape?.at(-1) as number;
        assert.ok(width >= least && (width % 2 === 0 || type === "Dense"), `${type} ${width}`);
      }
    }
  });

  it("refuses a graph model before anything is done, and fields that there are not", async () => {
    const model = await readModel(placeModel(folder(), tinyGraphModel));
    for (const step of [{ shrink: {} }, { expand: {} }]) {
      const plan = planOf(parseRecipe({ model: "m", steps: [step] }, "it"));
      assert.throws(() => checkPlan(plan, networkOf(model), model), {
        code: "bad-recipe",
        message: /graph model/,
      });
    }
    for (const step of [
      { shrink: { width: 1 } },
      { shrink: { minWidth: 0 } },
      { expand: { minWidth: 1 } },
      { shrink: 1 },
    ]) {
      assert.throws(() => parseRecipe({ model: "m", steps: [step] }, "it"), { code: "bad-recipe" });
    }
  });
});
