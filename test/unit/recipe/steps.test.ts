import assert from "node:assert/strict";
import type { Network } from "../../../src/pruning/graph/network.ts";
import type { Model } from "../../../src/pruning/model/model.ts";
import { checkPlan, type PlannedStep, planOf } from "../../../src/pruning/recipe/plan.ts";
import { parseRecipe } from "../../../src/pruning/recipe/schema.ts";

const recipe = (...steps: object[]) => ({ model: "m", data: { path: "d" }, steps });
const planned = (...steps: object[]) => planOf(parseRecipe(recipe(...steps), "it"));

/** What is said of a step after the recipe's name. */
function fault(step: object): string {
  try {
    parseRecipe(recipe(step), "it");
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    assert.equal(code, "bad-recipe");
    return message.replace("it is not right at steps.0", "");
  }
  assert.fail(`taken: ${JSON.stringify(step)}`);
}

/** What is said of a step whose options do not go together. */
function problem(step: object): string {
  try {
    planned(step);
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    assert.equal(code, "bad-recipe");
    return message;
  }
  assert.fail(`taken: ${JSON.stringify(step)}`);
}

const labels = (...steps: object[]): string[] => {
  const trials = (plan: readonly PlannedStep[]): string[] =>
    plan.flatMap(({ label, record, next }) => [...(record ? [label] : []), ...trials(next)]);
  return trials(planned(...steps));
};

/** One whose layers are told apart from it. */
const graphModel: Model = { format: "graph-model", source: "{}", json: {}, weights: new Map(), groups: [] };

describe("the steps that train, in a recipe", () => {
  it("are taken with all fields and with none", () => {
    const training = {
      epochs: 2,
      batchSize: 32,
      optimizer: "sgd",
      learningRate: 0.01,
      decay: "step",
      warmup: 0.1,
      momentum: 0.9,
      nesterov: false,
      weightDecay: 1e-4,
      labelSmoothing: 0.1,
      flip: true,
      shift: 4,
      patience: 3,
      gradual: { prune: "magnitude", sparsity: 0.9, scope: "layer", skip: "head", begin: 0.1, end: 0.6, every: 50 },
    };
    const steps = [
      { fineTune: training, record: true },
      { distill: { ...training, temperature: 4, labels: 0.5 } },
      { recalibrate: { batches: 10 } },
      { reinitialize: {} },
      { fineTune: {} },
      { distill: { steps: 100 } },
      { recalibrate: {} },
    ];
    assert.deepEqual(parseRecipe(recipe(...steps), "it"), recipe(...steps));
  });

  it("have no other fields, within or beside", () => {
    assert.equal(fault({ fineTune: { epoch: 3 } }), ".fineTune.epoch: there is no such field.");
    assert.equal(fault({ fineTune: {}, epochs: 3 }), ".epochs: there is no such field.");
    assert.equal(fault({ fineTune: { temperature: 3 } }), ".fineTune.temperature: there is no such field.");
    assert.equal(fault({ recalibrate: { epochs: 3 } }), ".recalibrate.epochs: there is no such field.");
    assert.equal(fault({ reinitialize: { seed: 3 } }), ".reinitialize.seed: there is no such field.");
    assert.equal(fault({ prune: "magnitude", sparsity: 0.5, fineTune: {} }), ".fineTune: there is no such field.");
    assert.equal(fault({ fineTune: 3 }), ".fineTune: Expected Object but received 3.");
    assert.equal(fault({ fineTune: null }), ".fineTune: Expected Object but received null.");
  });

  it("say in words what is wrong with a value, in a list too", () => {
    const of = (fields: object) => fault({ fineTune: fields });
    assert.equal(of({ epochs: 0 }), ".fineTune.epochs: at least 1 is needed.");
    assert.equal(of({ epochs: 1.5 }), ".fineTune.epochs: a whole number is needed.");
    assert.equal(of({ epochs: [1, 0] }), ".fineTune.epochs.1: at least 1 is needed.");
    assert.equal(of({ epochs: [] }), ".fineTune.epochs: a list needs at least one value.");
    assert.equal(of({ learningRate: 0 }), ".fineTune.learningRate: more than 0 is needed.");
    assert.equal(of({ learningRate: "fast" }), '.fineTune.learningRate: Expected number but received "fast".');
    assert.equal(of({ warmup: 2 }), ".fineTune.warmup: a share of 0 to 1 is needed.");
    assert.equal(of({ shift: -1 }), ".fineTune.shift: at least 0 is needed.");
    assert.equal(of({ weightDecay: -1 }), ".fineTune.weightDecay: at least 0 is needed.");
    assert.match(of({ optimizer: "rmsprop" }), /^\.fineTune\.optimizer: Expected \("adam" \| .*received "rmsprop"\.$/);
    assert.equal(fault({ distill: { temperature: 0.5 } }), ".distill.temperature: at least 1 is needed.");
    assert.equal(fault({ distill: { labels: 2 } }), ".distill.labels: a share of 0 to 1 is needed.");
    assert.equal(fault({ recalibrate: { batches: 0 } }), ".recalibrate.batches: at least 1 is needed.");
  });

  it("refuse options that do not go together, in any value of a sweep", () => {
    assert.equal(
      problem({ fineTune: { epochs: 1, steps: 10 } }),
      "Training takes epochs or steps, and both are given.",
    );
    const momentum = "Training with momentum needs the optimizer sgd; name it, or leave momentum out.";
    assert.equal(problem({ fineTune: { momentum: 0.5 } }), momentum);
    assert.equal(problem({ distill: { momentum: 0.5, optimizer: ["sgd", "adamw"] } }), momentum);
    assert.match(problem({ fineTune: { nesterov: false, optimizer: "adam" } }), /^Training with nesterov needs /);
    assert.match(problem({ distill: { labelSmoothing: 0.1 } }), /^Label smoothing needs a share of labels; /);
    planned({ distill: { labelSmoothing: 0.1, labels: 0.5 } }, { fineTune: { optimizer: "sgd", momentum: 0 } });
  });

  it("are called after what was asked for", () => {
    assert.deepEqual(labels({ fineTune: {} }), ["fine-tuned 1 epoch"]);
    assert.deepEqual(labels({ fineTune: { epochs: 3, optimizer: "sgd", learningRate: 0.01 } }), [
      "fine-tuned 3 epochs with sgd at 0.01",
    ]);
    assert.deepEqual(labels({ distill: { steps: 1, temperature: 4 } }), ["distilled 1 step"]);
    assert.deepEqual(labels({ distill: { labels: 0.25 } }), ["distilled 1 epoch with 25 % labels"]);
    assert.deepEqual(
      labels({ prune: "magnitude", sparsity: 0.9 }, { recalibrate: {}, record: true }, { reinitialize: {} }),
      ["magnitude 90 %, recalibrated", "magnitude 90 %, recalibrated, reinitialised"],
    );
  });

  it("give every trial of a sweep a name of its own", () => {
    assert.deepEqual(labels({ fineTune: { learningRate: [0.1, 0.01] } }), [
      "fine-tuned 1 epoch at 0.1",
      "fine-tuned 1 epoch at 0.01",
    ]);
    assert.deepEqual(labels({ fineTune: { batchSize: [32, 64], flip: [true, false], shift: 2 } }), [
      "fine-tuned 1 epoch (batchSize 32; flip true)",
      "fine-tuned 1 epoch (batchSize 32; flip false)",
      "fine-tuned 1 epoch (batchSize 64; flip true)",
      "fine-tuned 1 epoch (batchSize 64; flip false)",
    ]);
    assert.deepEqual(labels({ recalibrate: { batches: [8, 32] } }), [
      "recalibrated (batches 8)",
      "recalibrated (batches 32)",
    ]);
    const swept = labels(
      { prune: "magnitude", sparsity: [0.5, 0.9] },
      { distill: { temperature: [1, 4], epochs: [1, 2] } },
    );
    assert.equal(new Set(swept).size, 8);
  });

  it("prune on the way with the options of a method that can, and at times that can be", () => {
    const of = (gradual: object) => ({ fineTune: { gradual } });
    const magnitude = { prune: "magnitude", sparsity: 0.9 };
    const at = ".fineTune.gradual";
    assert.equal(fault(of({ prune: "magnitude" })), `${at}.sparsity: it is missing.`);
    assert.equal(fault(of({ sparsity: 0.9 })), `${at}.prune: it is missing.`);
    assert.match(fault(of({ ...magnitude, prune: "psychic" })), /^\.fineTune\.gradual\.prune: .*received "psychic"\.$/);
    assert.equal(fault(of({ ...magnitude, threshold: 1 })), `${at}.threshold: there is no such field.`);
    assert.equal(fault(of({ ...magnitude, begin: 2 })), `${at}.begin: a share of 0 to 1 is needed.`);
    assert.equal(fault(of({ ...magnitude, every: 0 })), `${at}.every: at least 1 is needed.`);
    assert.equal(
      fault(of({ ...magnitude, sparsity: [0.5, 1] })),
      `${at}.sparsity.1: a sparsity is at least 0 and less than 1.`,
    );
    assert.equal(
      problem(of({ ...magnitude, begin: 0.8 })),
      "Gradual pruning ends at 75 % of the steps and begins at 80 %; it must begin before it ends.",
    );
    assert.equal(
      problem(of({ ...magnitude, schedule: "constant", end: 0.5 })),
      "Gradual pruning with a constant schedule is done at its begin; leave end and every out.",
    );
    const network: Network = { inputs: [], outputs: [], layers: [] };
    assert.throws(() => checkPlan(planned(of(magnitude)), network, graphModel), {
      message: /^The model has no layer with weights /,
    });
  });

  it("sweep over what they prune on the way, each trial with a name of its own", () => {
    const gradual = { prune: "magnitude", sparsity: [0.5, 0.9], schedule: ["cubic", "constant"] };
    assert.deepEqual(labels({ fineTune: { epochs: [1, 2], gradual } }).slice(0, 5), [
      "fine-tuned 1 epoch, magnitude 50 % on the way",
      "fine-tuned 1 epoch, magnitude 50 % on the way (at once)",
      "fine-tuned 1 epoch, magnitude 90 % on the way",
      "fine-tuned 1 epoch, magnitude 90 % on the way (at once)",
      "fine-tuned 2 epochs, magnitude 50 % on the way",
    ]);
    const ways = [
      { prune: "magnitude", sparsity: 0.5, scope: ["global", "layer"], end: [0.5, 0.6] },
      { prune: "magnitude", sparsity: 0.7, skip: "conv*", begin: 0.1, every: [10, 20] },
    ];
    const swept = labels({ distill: { gradual: ways } });
    assert.equal(new Set(swept).size, 6);
    assert.equal(swept[5], "distilled 1 epoch, magnitude 70 % without conv* on the way (from 10 %, every 20)");
  });

  it("need data, but for those that only draw", () => {
    for (const step of [{ fineTune: {} }, { distill: {} }, { recalibrate: {} }]) {
      const without = parseRecipe({ model: "m", steps: [{ prune: "magnitude", sparsity: 0.5 }, step] }, "it");
      assert.throws(() => planOf(without), {
        code: "bad-recipe",
        message: 'A step of the recipe learns from images, but it names no data; add "data".',
      });
    }
    planOf(parseRecipe({ model: "m", steps: [{ reinitialize: {} }] }, "it"));
  });

  it("refuse to recalibrate a graph model, before anything is done", () => {
    const layer = (type: string) => ({ name: "bn", type, outputShape: null, weights: [], macs: 0, prunable: false });
    const network = (type: string): Network => ({ inputs: [], outputs: [], layers: [layer(type)] });
    const plan = planned({ recalibrate: {} });
    assert.throws(() => checkPlan(plan, network("FusedBatchNormV3"), graphModel), {
      code: "bad-recipe",
      message: /^Batch normalisation can be recalibrated in layers models only, and "bn" is an op of a graph model; /,
    });
  });
});
