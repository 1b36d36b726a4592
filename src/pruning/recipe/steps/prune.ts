import * as v from "valibot";
import { SecateurError } from "../../errors.ts";
import { methodCatalogue } from "../../methods/catalogue.ts";
import { methodNamed } from "../../methods/registry.ts";
import type { MethodSpec } from "../../methods/spec.ts";
import { type TrainingOptions, trainingEntries } from "../../training/options.ts";
import { type Swept, sweepable, variantsOf } from "../sweep.ts";
import type { StepSpec, StepVariant } from "./spec.ts";
import { fineTuneStep } from "./training.ts";

/** What the executor of `prune` is given. */
export interface PruneOptions {
  readonly method: string;
  readonly options: object;
  /** How to train between the method's iterations. */
  readonly fineTune?: TrainingOptions;
}

/** What methods take that train between their iterations. */
const trainingBetween = {
  fineTune: v.optional(
    v.pipe(
      v.strictObject(trainingEntries),
      v.title("Fine-tune in between"),
      v.description("Trains the model between iterations, as the step fineTune does; not if left out."),
    ),
  ),
};

/** One step per method: `prune` names it, its options stand beside it. */
export const pruneSteps: readonly StepSpec[] = methodCatalogue.map((method: MethodSpec) => ({
  kind: "prune",
  name: method.name,
  title: method.title,
  description: method.description,
  entries: {
    prune: v.pipe(v.literal(method.name), v.title(method.title), v.description(method.description)),
    ...sweepable(method.options.entries),
    ...(method.trainsBetween && sweepable(trainingBetween)),
  },
  variants: ({ prune: _, ...fields }) => variantsOf(fields).map((variant) => variantOf(method, variant)),
}));

function variantOf(method: MethodSpec, { fineTune, ...own }: Swept): StepVariant {
  const options = v.parse(method.options, own);
  const between = fineTune ? method.trainsBetween?.(options) : undefined;
  const problem = method.problem(options) ?? (between && `Fine-tuning in between ${between}.`);
  if (problem) throw new SecateurError("bad-recipe", problem);
  const needs = method.needs?.(options) ?? "nothing";
  const [training] = fineTune ? fineTuneStep.variants({ fineTune }) : [];
  return {
    kind: "prune",
    options: {
      method: method.name,
      options,
      ...(training && { fineTune: training.options }),
    } satisfies PruneOptions,
    label: method.label(options) + (training ? `, ${training.label} in between` : ""),
    doing: "pruning",
    learns: training !== undefined || needs !== "nothing",
    needsLabels:
      training?.needsLabels ??
      (needs === "labels" ? (method.withoutLabels ?? "choose a criterion that needs none") : undefined),
    check(network, model) {
      if (method.format && model.format !== method.format) throw wrongFormat(method);
      methodNamed(method.name).check(options, network, model);
      training?.check(network, model);
    },
  };
}

const formatNouns = { "layers-model": "layers models", "graph-model": "graph models" } as const;

function wrongFormat({ title, format }: MethodSpec): SecateurError {
  return new SecateurError(
    "bad-recipe",
    `${title} pruning works on ${formatNouns[format ?? "layers-model"]}, and this is another kind of model; choose magnitude, or convert the original model to a layers model.`,
  );
}
