import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SecateurError } from "../../../src/pruning/errors.ts";
import { kernelsOf } from "../../../src/pruning/graph/network.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { inspect } from "../../../src/pruning/metrics/inspect.ts";
import { isModelJson, readModel } from "../../../src/pruning/model/read.ts";
import { runRecipe } from "../../../src/pruning/recipe/runner.ts";
import { type LoadedWeight, openInBrowser, weightsInBrowser } from "../../support/browser.ts";
import { corpus, corpusModels, hasCorpus } from "../../support/corpus.ts";
import { useFolders } from "../../support/folders.ts";
import { job } from "../../support/job.ts";

/** Folders kept on purpose that TensorFlow.js does not load, and what our sentence says of each. */
const refused: Readonly<Record<string, RegExp>> = {
  "cifar10-graph-alltristans-INCOMPLETE": /group1-shard1of3\.bin, named by .*, is missing/,
  "faceapi-manifests": /weights manifest without a topology/,
  "legacy-pb-mobilenet-qxy": /weights manifest without a topology/,
  "mnist-mlp-keras3-tanish": /Keras 3/,
};

describe("inspecting and pruning every model of the corpus", function () {
  this.timeout(120_000);
  const folder = useFolders();

  if (!hasCorpus) {
    it("needs the corpus", function () {
      corpus(this, "models");
    });
    return;
  }

  for (const name of readdirSync(corpusModels)) {
    const sentence = refused[name];
    if (sentence) {
      it(`${name}: refused in one sentence`, async () => {
        const path = jsonOf(join(corpusModels, name));
        const attempt = runRecipe(half(path), job(join(folder(), "run")));
        await assert.rejects(attempt, (error) => SecateurError.is(error) && sentence.test(error.message));
      });
      continue;
    }

    it(`${name}: 50 % to the weight, and still opens`, async () => {
      const path = jsonOf(join(corpusModels, name));
      const original = await readModel(path);
      const network = networkOf(original);
      assert.ok(inspect(original, network).layers.length > 0);
      const { trials } = await runRecipe(half(path), job(join(folder(), "run")));
      const [trial] = trials;
      assert.ok(trial);

      const kernels = network.layers.flatMap(kernelsOf).map((kernel) => kernel.name);
      const before = await weightsInBrowser(path);
      const after = await weightsInBrowser(trial.model);
      const total = kernels.reduce((sum, kernel) => sum + (after.get(kernel) as LoadedWeight).values.length, 0);
      const zeros = kernels.reduce((sum, kernel) => sum + zerosOf(after.get(kernel) as LoadedWeight), 0);
      assert.ok(total > 0);
      const zerosBefore = kernels.reduce((sum, kernel) => sum + zerosOf(before.get(kernel) as LoadedWeight), 0);
      const wanted = Math.max(total / 2, zerosBefore);
      assert.ok(Math.abs(zeros - wanted) <= 1, `${zeros} of ${total} are zero, ${zerosBefore} were`);
      assert.ok(Math.abs(trial.metrics.sparsity - zeros / total) < 1e-12);

      assert.deepEqual([...after.keys()], [...before.keys()]);
      for (const [weight, { values, shape, dtype }] of before) {
        const now = after.get(weight) as LoadedWeight;
        assert.deepEqual({ shape: now.shape, dtype: now.dtype }, { shape, dtype });
        if (!kernels.includes(weight)) assert.deepEqual(now.values, values, `${weight} is not to be touched`);
      }
      await openInBrowser(trial.model, original.format);
    });
  }
});

const half = (model: string) => ({ model, steps: [{ prune: "magnitude", sparsity: 0.5 }] });

/** The model.json of a folder, whatever its name; else any JSON there, which is then refused. */
function jsonOf(modelFolder: string): string {
  const files = readdirSync(modelFolder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json"))
    .map((file) => join(modelFolder, file));
  const path = files.find((file) => existsSync(file) && isModelJson(readFileSync(file, "utf8"))) ?? files[0];
  assert.ok(path, `${modelFolder} holds a JSON file`);
  return path;
}

const zerosOf = ({ values }: LoadedWeight): number => (values as Float32Array).filter((value) => value === 0).length;
