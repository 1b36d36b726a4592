import assert from "node:assert/strict";
import { methodCatalogue } from "../../../src/pruning/methods/catalogue.ts";
import type { Recipe } from "../../../src/pruning/recipe/schema.ts";
import { parseRecipe } from "../../../src/pruning/recipe/schema.ts";

const step = { prune: "magnitude", sparsity: 0.5 };
const recipe = { model: "model.json", steps: [step] };

/** What is said of a recipe after its name. */
function fault(value: unknown): string {
  try {
    parseRecipe(value, "my.recipe.json");
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    assert.equal(code, "bad-recipe");
    assert.ok(message.startsWith("my.recipe.json is not right") && message.endsWith("."), message);
    return message.slice("my.recipe.json is not right".length);
  }
  assert.fail(`taken: ${JSON.stringify(value)}`);
}

const faultOfStep = (change: object): string => fault({ ...recipe, steps: [step, { ...step, ...change }] });

describe("the form of a recipe", () => {
  it("is taken as it is, every field at its fullest and its least", () => {
    const full = {
      $schema: "https://example.org/recipe.schema.json",
      title: "Fashion",
      model: "../model.json",
      data: { path: "data", scaling: "x/255", limit: { train: 1, validation: 2, test: 3 } },
      seed: 0,
      backend: "wasm",
      latency: false,
      steps: [
        { ...step, sparsity: [0, 0.5, 0.999], scope: ["global", "layer"], layers: "conv*", skip: "c1", record: true },
        { prune: "magnitude", threshold: 0.1 },
        { prune: "magnitude", quality: [0.3, 0.9] },
      ],
    } as unknown as Recipe;
    assert.deepEqual(parseRecipe(full, "it"), full);
    assert.deepEqual(parseRecipe(recipe, "it"), recipe);
  });

  it("needs a model and at least one step", () => {
    assert.equal(fault({ steps: [step] }), " at model: it is missing.");
    assert.equal(fault({ ...recipe, model: "" }), " at model: a path is needed.");
    assert.equal(fault({ ...recipe, model: 3 }), " at model: Expected string but received 3.");
    assert.equal(fault({ model: "m" }), " at steps: it is missing.");
    assert.equal(fault({ model: "m", steps: [] }), " at steps: at least one step is needed.");
    assert.equal(fault({ model: "m", steps: {} }), " at steps: Expected Array but received Object.");
    for (const value of [null, 3, "recipe"]) assert.match(fault(value), /^: Expected Object but received .+\.$/);
  });

  it("has no other fields, so that a slip of the pen is told", () => {
    assert.equal(fault({ ...recipe, step: [] }), " at step: there is no such field.");
    assert.equal(faultOfStep({ sparsty: 0.5 }), " at steps.1.sparsty: there is no such field.");
    assert.equal(fault({ ...recipe, data: { path: "d", limits: {} } }), " at data.limits: there is no such field.");
    assert.equal(
      fault({ ...recipe, data: { path: "d", limit: { all: 1 } } }),
      " at data.limit.all: there is no such field.",
    );
  });

  it("names the method of each step", () => {
    const methods = methodCatalogue.map(({ name }) => `"${name}"`).join(" | ");
    assert.equal(faultOfStep({ prune: "thinnet" }), ` at steps.1.prune: Expected (${methods}) but received "thinnet".`);
    assert.equal(faultOfStep({ prune: undefined }), " at steps.1.prune: it is missing.");
    const kinds = "prune, fineTune, distill, recalibrate, reinitialize, shrink, expand, sensitivity";
    for (const step of [3, null, {}, { tune: {} }]) {
      assert.equal(fault({ ...recipe, steps: [step] }), ` at steps.0: a step is named by one of ${kinds}.`);
    }
  });

  it("says of an option what its method says", () => {
    const sparsity = "a sparsity is at least 0 and less than 1.";
    for (const value of [1, -0.1, 2])
      assert.equal(faultOfStep({ sparsity: value }), ` at steps.1.sparsity: ${sparsity}`);
    assert.equal(faultOfStep({ sparsity: "0.5" }), ' at steps.1.sparsity: Expected number but received "0.5".');
    assert.equal(faultOfStep({ sparsity: null }), " at steps.1.sparsity: Expected number but received null.");
    assert.equal(faultOfStep({ threshold: -1 }), " at steps.1.threshold: a threshold is at least 0.");
    assert.equal(faultOfStep({ quality: -1 }), " at steps.1.quality: a quality is at least 0.");
    assert.equal(faultOfStep({ scope: "all" }), ' at steps.1.scope: Expected ("global" | "layer") but received "all".');
    assert.equal(faultOfStep({ layers: 3 }), " at steps.1.layers: Expected string but received 3.");
  });

  it("says the same of a value in a list, and that a list holds one at least", () => {
    assert.equal(
      faultOfStep({ sparsity: [0.5, 1.2] }),
      " at steps.1.sparsity.1: a sparsity is at least 0 and less than 1.",
    );
    assert.equal(faultOfStep({ sparsity: [0.5, "x"] }), ' at steps.1.sparsity.1: Expected number but received "x".');
    assert.equal(
      faultOfStep({ scope: ["layer", "all"] }),
      ' at steps.1.scope.1: Expected ("global" | "layer") but received "all".',
    );
    assert.equal(faultOfStep({ sparsity: [] }), " at steps.1.sparsity: a list needs at least one value.");
    // Lists are for what a method varies by.
    assert.equal(faultOfStep({ record: [true] }), " at steps.1.record: Expected boolean but received Array.");
  });

  it("keeps data, seed, backend and latency in their range", () => {
    assert.equal(fault({ ...recipe, data: "d" }), ' at data: Expected Object but received "d".');
    assert.equal(fault({ ...recipe, data: {} }), " at data.path: it is missing.");
    assert.equal(fault({ ...recipe, data: { path: "" } }), " at data.path: a path is needed.");
    assert.match(
      fault({ ...recipe, data: { path: "d", scaling: "x" } }),
      /^ at data\.scaling: Expected \("auto" \| "x\/255" /,
    );
    const limit = (test: number) => fault({ ...recipe, data: { path: "d", limit: { test } } });
    assert.equal(limit(0), " at data.limit.test: at least 1 is needed.");
    assert.equal(limit(1.5), " at data.limit.test: a whole number is needed.");
    assert.equal(fault({ ...recipe, seed: -1 }), " at seed: at least 0 is needed.");
    assert.equal(fault({ ...recipe, seed: 1.5 }), " at seed: a whole number is needed.");
    assert.match(fault({ ...recipe, backend: "gpu" }), /^ at backend: Expected \("auto" \| .+ but received "gpu"\.$/);
    assert.equal(fault({ ...recipe, latency: 1 }), " at latency: Expected boolean but received 1.");
  });
});
