import * as v from "valibot";
import { gradualSchema } from "./gradualOptions.ts";

const share = (message: string) => v.pipe(v.number(), v.minValue(0, message), v.maxValue(1, message));
const atLeast = (least: number) => v.pipe(v.number(), v.minValue(least, `at least ${least} is needed`));
const whole = (least: number) =>
  v.pipe(v.number(), v.integer("a whole number is needed"), v.minValue(least, `at least ${least} is needed`));

/** How to train: what the `fineTune` and `distill` steps of a recipe take. Every field has a default. */
export const trainingEntries = {
  epochs: v.optional(
    v.pipe(whole(1), v.title("Epochs"), v.description("Passes over the training images; 1 if left out.")),
  ),
  steps: v.optional(v.pipe(whole(1), v.title("Steps"), v.description("Optimiser steps, instead of epochs."))),
  batchSize: v.optional(v.pipe(whole(1), v.title("Batch size"), v.description("Images a step; 64 if left out."))),
  optimizer: v.optional(
    v.pipe(v.picklist(["adam", "adamw", "sgd"]), v.title("Optimiser"), v.description("adam if left out.")),
  ),
  learningRate: v.optional(
    v.pipe(
      v.number(),
      v.gtValue(0, "more than 0 is needed"),
      v.title("Learning rate"),
      v.description("0.001 if left out; 0.01 for sgd."),
    ),
  ),
  decay: v.optional(
    v.pipe(
      v.picklist(["cosine", "step", "constant"]),
      v.title("Decay"),
      v.description(
        "How the learning rate falls: along a cosine (if left out), by tens at half and three quarters, or not.",
      ),
    ),
  ),
  warmup: v.optional(
    v.pipe(
      share("a share of 0 to 1 is needed"),
      v.title("Warm-up"),
      v.description("Share of the steps over which the learning rate rises from 0; 0 if left out."),
    ),
  ),
  momentum: v.optional(
    v.pipe(share("0 to 1 is needed"), v.title("Momentum"), v.description("Of sgd; 0.9 if left out.")),
  ),
  nesterov: v.optional(
    v.pipe(v.boolean(), v.title("Nesterov"), v.description("Nesterov's momentum, of sgd; true if left out.")),
  ),
  weightDecay: v.optional(
    v.pipe(
      atLeast(0),
      v.title("Weight decay"),
      v.description("Pulls kernels, never biases or normalisation, to zero; 0 if left out."),
    ),
  ),
  labelSmoothing: v.optional(
    v.pipe(
      share("a share of 0 to 1 is needed"),
      v.title("Label smoothing"),
      v.description("Share of each label spread over all classes; 0 if left out."),
    ),
  ),
  flip: v.optional(
    v.pipe(
      v.boolean(),
      v.title("Flip"),
      v.description("Mirror half of the images: not for digits or text; false if left out."),
    ),
  ),
  shift: v.optional(
    v.pipe(whole(0), v.title("Shift"), v.description("Shift images by up to so many pixels each way; 0 if left out.")),
  ),
  gradual: v.optional(
    v.pipe(gradualSchema, v.title("Gradual"), v.description("Prunes the model while it trains, step by step.")),
  ),
  patience: v.optional(
    v.pipe(
      whole(1),
      v.title("Patience"),
      v.description("Stop after so many epochs in which validation did not improve; never if left out."),
    ),
  ),
  keep: v.optional(
    v.pipe(
      v.picklist(["best", "last"]),
      v.title("Keep"),
      v.description(
        "Which weights are kept: those that answered the validation images best (best, if left out), or the last ones, for models that were trained on those images and know them by heart.",
      ),
    ),
  ),
};

/** What the `distill` step takes. */
export const distillEntries = {
  ...trainingEntries,
  temperature: v.optional(
    v.pipe(
      atLeast(1),
      v.title("Temperature"),
      v.description("Softens what the unpruned model says, so that its second thoughts count; 2 if left out."),
    ),
  ),
  labels: v.optional(
    v.pipe(
      share("a share of 0 to 1 is needed"),
      v.title("Labels"),
      v.description("Share of the labels in what is learned; 0, without any label, if left out."),
    ),
  ),
};

/** What the `recalibrate` step takes. */
export const recalibrateEntries = {
  batches: v.optional(
    v.pipe(
      whole(1),
      v.title("Batches"),
      v.description("Batches of 64 images to take the statistics from; 32 if left out."),
    ),
  ),
};

const trainingSchema = v.strictObject(trainingEntries);
const distillSchema = v.strictObject(distillEntries);
const recalibrateSchema = v.strictObject(recalibrateEntries);

export type TrainingOptions = v.InferOutput<typeof trainingSchema>;
export type DistillOptions = v.InferOutput<typeof distillSchema>;
export type RecalibrateOptions = v.InferOutput<typeof recalibrateSchema>;
