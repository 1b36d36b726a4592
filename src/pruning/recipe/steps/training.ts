import * as v from "valibot";
import { SecateurError } from "../../errors.ts";
import type { Network } from "../../graph/network.ts";
import type { Model } from "../../model/model.ts";
import { formatNumber, formatShare } from "../../text.ts";
import { gradualLabel, gradualProblem, methodOf } from "../../training/gradualOptions.ts";
import {
  type DistillOptions,
  distillEntries,
  recalibrateEntries,
  type TrainingOptions,
  trainingEntries,
} from "../../training/options.ts";
import { isSweep, type Swept, sweepable, variantsOf } from "../sweep.ts";
import type { StepKind, StepSpec, StepVariant } from "./spec.ts";

export const fineTuneStep = trainingStep({
  kind: "fineTune",
  title: "Fine-tune",
  description: "Trains the pruned model on labelled images; what is zero stays zero.",
  fields: trainingEntries,
  doing: "fine-tuning",
  needsLabels: () => "use the step distill, which learns what the unpruned model answers",
  problem: trainingProblem,
  label: (options: TrainingOptions) => `fine-tuned ${amountOf(options)}`,
  check: checkGradual,
});

export const distillStep = trainingStep({
  kind: "distill",
  title: "Distil",
  description: "Trains the pruned model to answer as the unpruned one does (Hinton et al. 2015); needs no labels.",
  fields: distillEntries,
  doing: "distilling",
  needsLabels: ({ labels = 0 }: DistillOptions) => (labels > 0 ? 'leave its "labels" out' : undefined),
  problem: (options: DistillOptions) =>
    options.labelSmoothing && !options.labels
      ? "Label smoothing needs a share of labels; give labels, or leave it out."
      : trainingProblem(options),
  label: (options: DistillOptions) =>
    `distilled ${amountOf(options)}${options.labels ? ` with ${formatShare(options.labels)} labels` : ""}`,
  check: checkGradual,
});

export const recalibrateStep = trainingStep({
  kind: "recalibrate",
  title: "Recalibrate",
  description: "Re-estimates the statistics of batch normalisation from images; trains nothing.",
  fields: recalibrateEntries,
  doing: "recalibrating",
  label: () => "recalibrated",
  check: (network) => {
    const layer = network.layers.find(({ type }) => type.startsWith("FusedBatchNorm"));
    if (!layer) return;
    throw new SecateurError(
      "bad-recipe",
      `Batch normalisation can be recalibrated in layers models only, and "${layer.name}" is an op of a graph model; leave the step recalibrate out.`,
    );
  },
});

export const reinitializeStep = trainingStep({
  kind: "reinitialize",
  title: "Reinitialise",
  description:
    "Draws all weights anew, zeros kept: followed by fineTune, the control experiment of training from scratch.",
  fields: {},
  doing: "reinitialising",
  label: () => "reinitialised",
  learns: false,
});

function amountOf({ epochs, steps, optimizer, learningRate, gradual }: TrainingOptions): string {
  const length = steps === undefined ? plural(epochs ?? 1, "epoch") : plural(steps, "step");
  const rate = learningRate === undefined ? undefined : `at ${formatNumber(learningRate)}`;
  const how = [length, optimizer && `with ${optimizer}`, rate].filter(Boolean).join(" ");
  return gradual ? `${how}, ${gradualLabel(gradual)}` : how;
}

function checkGradual(network: Network, { gradual }: TrainingOptions, model: Model): void {
  if (!gradual) return;
  const { method, options } = methodOf(gradual);
  method.check(options, network, model);
}

function trainingProblem(options: TrainingOptions): string | undefined {
  const { epochs, steps, optimizer, momentum, nesterov, gradual, patience, keep } = options;
  if (epochs !== undefined && steps !== undefined) return "Training takes epochs or steps, and both are given.";
  if (patience !== undefined && keep === "last") {
    return "Training with patience waits for better weights, and the last ones are to be kept; leave one of the two out.";
  }
  const problem = gradual && gradualProblem(gradual);
  if (problem) return problem;
  const [name] = Object.entries({ momentum, nesterov }).find(([, value]) => value !== undefined) ?? [];
  return name && optimizer !== "sgd"
    ? `Training with ${name} needs the optimizer sgd; name it, or leave ${name} out.`
    : undefined;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** A step whose options lie in an object under its own name. */
function trainingStep<Options extends object>(step: {
  readonly kind: StepKind;
  readonly title: string;
  readonly description: string;
  readonly fields: v.ObjectEntries;
  readonly doing: string;
  readonly learns?: boolean;
  /** Where the options make it learn from labels: what to do without them, as a sentence ends. */
  needsLabels?(options: Options): string | undefined;
  label(options: Options): string;
  /** Options that do not go together: a sentence. */
  problem?(options: Options): string | undefined;
  /** Options that cannot be meant for this model. @throws SecateurError `bad-recipe` */
  check?(network: Network, options: Options, model: Model): void;
}): StepSpec {
  const { kind, title, description, fields, doing, learns = true, check = () => {} } = step;
  const schema = v.strictObject(fields);
  return {
    kind,
    title,
    description,
    entries: { [kind]: v.pipe(v.strictObject(sweepable(fields)), v.title(title), v.description(description)) },
    variants(given) {
      const swept = given[kind] as Swept;
      return variantsOf(swept).map((variant): StepVariant => {
        const options = v.parse(schema, variant) as Options;
        const problem = step.problem?.(options);
        if (problem) throw new SecateurError("bad-recipe", problem);
        const label = labelOf(step.label(options), swept, variant);
        const needsLabels = step.needsLabels?.(options);
        return {
          kind,
          options,
          label,
          doing,
          learns,
          needsLabels,
          check: (network, model) => check(network, options, model),
        };
      });
    },
  };
}

/** Fields that a step's own label tells. */
const told = ["epochs", "steps", "optimizer", "learningRate", "labels", "gradual"];

/** Adds what else is swept, so that no two trials are called the same. */
function labelOf(label: string, swept: Swept, variant: Swept): string {
  const others = Object.keys(swept).filter((key) => isSweep(swept[key]) && !told.includes(key));
  const values = others.map((key) => `${key} ${variant[key]}`);
  return values.length > 0 ? `${label} (${values.join("; ")})` : label;
}
