import * as v from "valibot";
import { formatNumber } from "../../text.ts";
import { layerEntries, wholeNumber } from "../options.ts";
import type { MethodSpec } from "../spec.ts";

/** What is chosen from. */
export const selections = ["channels", "groups", "blocks", "groupNorm"] as const;
export type SelectionName = (typeof selections)[number];

/** What is done where it is not said. */
export const defaults = {
  selection: "channels",
  epochs: 5,
  learningRate: 0.01,
  decay: "cosine",
  warmup: 0.1,
  momentum: 0.9,
  weightDecay: 1e-4,
  /** Neighbouring filters in a group. */
  groupSize: 4,
  /** Of norms, as a share of the largest of the layer: a group lasso makes them small, and none zero. */
  normThreshold: 0.05,
} as const;

const options = v.object({
  gamma: v.optional(
    v.pipe(
      v.union(
        [v.pipe(v.number(), v.gtValue(0, "more than 0 is needed")), v.literal("auto")],
        "a number or auto is needed",
      ),
      v.title("γ"),
      v.description(
        "How strongly factors are drawn to zero: the larger, the more filters go. auto, if left out, brings a factor that nobody needs to zero half-way.",
      ),
    ),
  ),
  selection: v.optional(
    v.pipe(
      v.picklist(selections),
      v.title("Selection"),
      v.description(
        "What has a factor: each filter (channels, if left out), some neighbouring filters together (groups), or residual blocks, which become their shortcut (blocks). groupNorm has no factors: a group lasso makes filters small, and the smallest go.",
      ),
    ),
  ),
  groupSize: wholeNumber(
    "Group size",
    `How many neighbouring filters share a factor with selection groups, ${defaults.groupSize} if left out, and with groupNorm, 1 if left out.`,
  ),
  threshold: v.optional(
    v.pipe(
      v.number(),
      v.minValue(0, "at least 0 is needed"),
      v.title("Threshold"),
      v.description(
        `What goes: factors up to this, 0 if left out; with groupNorm, norms up to this share of the layer's largest, ${defaults.normThreshold} if left out.`,
      ),
    ),
  ),
  epochs: wholeNumber("Epochs", `Passes over the training images; ${defaults.epochs} if left out.`),
  steps: wholeNumber("Steps", "Optimiser steps, instead of epochs."),
  batchSize: wholeNumber("Batch size", "Images a step; 64 if left out."),
  learningRate: v.optional(
    v.pipe(
      v.number(),
      v.gtValue(0, "more than 0 is needed"),
      v.title("Learning rate"),
      v.description(`Of weights and factors alike; ${defaults.learningRate} if left out.`),
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
      v.number(),
      v.minValue(0, "a share of 0 to 1 is needed"),
      v.maxValue(1, "a share of 0 to 1 is needed"),
      v.title("Warm-up"),
      v.description(`Share of the steps over which the learning rate rises from 0; ${defaults.warmup} if left out.`),
    ),
  ),
  momentum: v.optional(
    v.pipe(
      v.number(),
      v.minValue(0, "at least 0 is needed"),
      v.ltValue(1, "less than 1 is needed"),
      v.title("Momentum"),
      v.description(`Of weights and factors alike; ${defaults.momentum} if left out.`),
    ),
  ),
  weightDecay: v.optional(
    v.pipe(
      v.number(),
      v.minValue(0, "at least 0 is needed"),
      v.title("Weight decay"),
      v.description(
        `Pulls kernels, never factors, biases or normalisation, to zero; ${defaults.weightDecay} if left out. Without it weights may grow as factors shrink.`,
      ),
    ),
  ),
  flip: v.optional(
    v.pipe(
      v.boolean(),
      v.title("Flip"),
      v.description("Mirror half of the images: not for digits or text; false if left out."),
    ),
  ),
  shift: wholeNumber("Shift", "Shift images by up to so many pixels each way; not if left out."),
  minWidth: wholeNumber("Least width", "No layer keeps fewer filters than this; 1 if left out."),
  ...layerEntries,
});

export type SssOptions = v.InferOutput<typeof options>;

export const sssSpec: MethodSpec<"sss", typeof options> = {
  name: "sss",
  title: "Sparse structure selection",
  description:
    "Trains the model with a factor on every filter, which sparsity draws to exactly zero where nobody needs it; those " +
    "filters go (Huang & Wang 2018). Layers models only.",
  options,
  format: "layers-model",
  needs: () => "labels",
  withoutLabels: "use another method, such as structured",
  problem({ selection = defaults.selection, epochs, steps, groupSize, minWidth }) {
    if (epochs !== undefined && steps !== undefined) return "Training takes epochs or steps, and both are given.";
    if (groupSize !== undefined && selection !== "groups" && selection !== "groupNorm") {
      return `A group size is for the selections groups and groupNorm, and this is ${selection}; leave groupSize out.`;
    }
    if (minWidth !== undefined && selection === "blocks") {
      return "Blocks go whole, so that there is no least width; leave minWidth out.";
    }
    return undefined;
  },
  label(chosen) {
    const { gamma = "auto", selection, groupSize, threshold, epochs, steps, learningRate, minWidth } = chosen;
    const { batchSize, decay, warmup, momentum, weightDecay, flip, shift } = chosen;
    const training = {
      "batches of": batchSize,
      decay,
      "warm-up": warmup,
      momentum,
      "weight decay": weightDecay,
      shift,
    };
    return [
      `sss γ ${gamma === "auto" ? gamma : formatNumber(gamma)}`,
      selection && selection !== defaults.selection && `by ${selection}`,
      groupSize && `of ${groupSize}`,
      threshold !== undefined && `up to ${formatNumber(threshold)}`,
      epochs !== undefined && `${epochs} ${epochs === 1 ? "epoch" : "epochs"}`,
      steps !== undefined && `${steps} ${steps === 1 ? "step" : "steps"}`,
      learningRate !== undefined && `at ${formatNumber(learningRate)}`,
      ...Object.entries(training).map(([name, value]) => value !== undefined && `${name} ${value}`),
      flip && "flipped",
      minWidth && `keeping ${minWidth}`,
      chosen.layers && `of ${chosen.layers}`,
      chosen.skip && `without ${chosen.skip}`,
    ]
      .filter(Boolean)
      .join(" ");
  },
};
