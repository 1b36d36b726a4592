import assert from "node:assert/strict";
import { firstAnswers, needsData, type PruneAnswers } from "../../../../src/extension/wizard/answers.ts";
import { recipeOf } from "../../../../src/extension/wizard/recipe.ts";
import { parseRecipe } from "../../../../src/pruning/recipe/schema.ts";

describe("extension/wizard/recipe", () => {
  const settings = { backend: "auto", dataLimit: 0, latency: true } as const;

  it("makes a recipe that the runner accepts, with a sweep over the sparsities", () => {
    const recipe = recipeOf("/w/mnist/model.json", "mnist", { ...firstAnswers, data: "/w/data" }, settings);
    assert.deepEqual(parseRecipe(recipe, "The recipe"), recipe);
    assert.deepEqual(recipe, {
      title: "mnist",
      model: "/w/mnist/model.json",
      data: { path: "/w/data", scaling: "auto" },
      seed: 1,
      backend: "auto",
      steps: [{ prune: "magnitude", scope: "global", sparsity: [0.3, 0.6, 0.9] }],
    });
  });

  it("keeps the pruned models and the fine-tuned ones, where there is data to learn from", () => {
    const recipe = recipeOf("/m.json", "m", { ...firstAnswers, data: "/d", epochs: 2 }, settings);
    assert.deepEqual(parseRecipe(recipe, "The recipe"), recipe);
    assert.deepEqual(recipe.steps, [
      { prune: "magnitude", scope: "global", sparsity: [0.3, 0.6, 0.9], record: true },
      { fineTune: { epochs: 2 } },
    ]);
    const without = recipeOf("/m.json", "m", { ...firstAnswers, epochs: 2 }, settings);
    assert.equal(without.steps.length, 1);
  });

  it("distils where the images have no labels", () => {
    const recipe = recipeOf("/m.json", "m", { ...firstAnswers, data: "/d", epochs: 2, unlabelled: true }, settings);
    assert.deepEqual(parseRecipe(recipe, "The recipe"), recipe);
    assert.deepEqual(recipe.steps.at(-1), { distill: { epochs: 2 } });
  });

  it("says of methods that remove filters what was answered to them alone", () => {
    const stepOf = (answers: Partial<PruneAnswers>) => {
      const recipe = recipeOf("/m.json", "m", { ...firstAnswers, data: "/d", ...answers }, settings);
      assert.deepEqual(parseRecipe(recipe, "The recipe"), recipe);
      return recipe.steps[0];
    };
    const shares = [0.25, 0.5];
    assert.deepEqual(stepOf({ method: "structured", shares, target: "macs", criterion: "taylor", scope: "layer" }), {
      prune: "structured",
      criterion: "taylor",
      scope: "layer",
      macs: [0.25, 0.5],
    });
    assert.deepEqual(stepOf({ method: "thinet", shares }), { prune: "thinet", share: [0.25, 0.5] });
    assert.deepEqual(stepOf({ method: "sss", gammas: ["auto", 0.01] }), { prune: "sss", gamma: ["auto", 0.01] });
  });

  it("lets a greedy search go on from one share to the next", () => {
    const answers: PruneAnswers = { ...firstAnswers, method: "greedy", shares: [0.25, 0.5], data: "/d" };
    const stepsOf = (more: Partial<PruneAnswers>) => {
      const recipe = recipeOf("/m.json", "m", { ...answers, ...more }, settings);
      assert.deepEqual(parseRecipe(recipe, "The recipe"), recipe);
      return recipe.steps;
    };
    assert.deepEqual(stepsOf({}), [
      { prune: "greedy", share: 0.25, record: true },
      { prune: "greedy", share: 0.5 },
    ]);
    assert.deepEqual(stepsOf({ epochs: 1, skip: "conv1" }), [
      { prune: "greedy", share: 0.25, skip: "conv1", record: true },
      { fineTune: { epochs: 1 }, record: true },
      { prune: "greedy", share: 0.5, skip: "conv1", record: true },
      { fineTune: { epochs: 1 } },
    ]);
  });

  it("knows which answers cannot do without data", () => {
    assert.equal(needsData(firstAnswers), false);
    assert.equal(needsData({ ...firstAnswers, criterion: "taylor" }), false);
    assert.equal(needsData({ ...firstAnswers, method: "structured" }), false);
    assert.equal(needsData({ ...firstAnswers, method: "structured", criterion: "apoz" }), true);
    assert.equal(needsData({ ...firstAnswers, method: "greedy" }), true);
    assert.equal(needsData({ ...firstAnswers, method: "sss" }), true);
    assert.equal(needsData({ ...firstAnswers, method: "thinet" }), true);
  });

  it("leaves data out where there is none, and takes limits and latency from the settings", () => {
    assert.equal(recipeOf("/m.json", "m", firstAnswers, settings).data, undefined);
    const recipe = recipeOf(
      "/m.json",
      "m",
      { ...firstAnswers, data: "/d" },
      { backend: "cpu", dataLimit: 500, latency: false },
    );
    assert.deepEqual(parseRecipe(recipe, "The recipe"), recipe);
    assert.deepEqual(recipe.data?.limit, { validation: 500, test: 500 });
    assert.equal(recipe.latency, false);
    assert.equal(recipe.backend, "cpu");
  });
});
