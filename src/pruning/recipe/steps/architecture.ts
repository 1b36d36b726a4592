import * as v from "valibot";
import { SecateurError } from "../../errors.ts";
import { wholeNumber } from "../../methods/options.ts";
import type { DeadOptions } from "../../methods/shrinkDead.ts";
import type { Model } from "../../model/model.ts";
import { type Swept, sweepable, variantsOf } from "../sweep.ts";
import type { StepKind, StepSpec } from "./spec.ts";

// Steps that change a model's architecture and not what it answers.

const shrinkFields = {
  minWidth: wholeNumber("Least width", "No layer keeps fewer filters than this; 1 if left out."),
  roundTo: wholeNumber("Multiple", "Layers that lose filters keep a multiple of this; any number if left out."),
};

export const shrinkStep = architectureStep({
  kind: "shrink",
  title: "Shrink",
  description:
    "Takes out the filters that do nothing, as zeros have left them, so that the model gets really smaller and faster. " +
    "What is left is run, to make sure that it answers as before. Layers models only.",
  fields: shrinkFields,
  doing: "shrinking",
  label: ({ minWidth, roundTo }: DeadOptions) =>
    ["shrunk", minWidth && `keeping ${minWidth}`, roundTo && `in multiples of ${roundTo}`].filter(Boolean).join(" "),
});

export const expandStep = architectureStep({
  kind: "expand",
  title: "Expand",
  description:
    "Puts a shrunk model back into the unpruned model's architecture, with zeros where filters were taken out. " +
    "The result is run, to make sure that it answers as before. Layers models only.",
  fields: {},
  doing: "expanding",
  label: () => "expanded",
});

function architectureStep<Options extends object>(step: {
  readonly kind: StepKind;
  readonly title: string;
  readonly description: string;
  readonly fields: v.ObjectEntries;
  readonly doing: string;
  label(options: Options): string;
}): StepSpec {
  const { kind, title, description, fields, doing } = step;
  const schema = v.strictObject(fields);
  const check = (_: unknown, { format }: Model) => {
    if (format === "layers-model") return;
    throw new SecateurError(
      "bad-recipe",
      `Which filters belong together is known of layers models only, and this is a graph model; leave the step ${kind} out.`,
    );
  };
  return {
    kind,
    title,
    description,
    entries: { [kind]: v.pipe(v.strictObject(sweepable(fields)), v.title(title), v.description(description)) },
    variants: (given) =>
      variantsOf(given[kind] as Swept).map((variant) => {
        const options = v.parse(schema, variant) as Options;
        return { kind, options, label: step.label(options), doing, learns: false, check };
      }),
  };
}
