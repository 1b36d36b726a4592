import * as v from "valibot";
import { type CriterionName, criterionNames } from "../../criteria/registry.ts";
import { SecateurError } from "../../errors.ts";
import { chooseLayers } from "../../methods/layers.ts";
import type { SensitivityOptions } from "../../methods/sensitivity.ts";
import { defaultCriterion } from "../../methods/structuredSpec.ts";
import type { StepSpec } from "./spec.ts";

const defaultRatios = [0.1, 0.3, 0.5, 0.7, 0.9];
const defaultImages = 1000;

const patterns = (title: string, description: string) =>
  v.optional(v.pipe(v.string(), v.title(title), v.description(description)));

const schema = v.strictObject({
  ratios: v.optional(
    v.pipe(
      v.array(
        v.pipe(
          v.number(),
          v.gtValue(0, "a ratio is more than 0 and less than 1"),
          v.ltValue(1, "a ratio is more than 0 and less than 1"),
        ),
      ),
      v.minLength(1, "at least one ratio is needed"),
      v.title("Ratios"),
      v.description("Shares of each layer's filters to try without; 0.1, 0.3, 0.5, 0.7 and 0.9 if left out."),
    ),
  ),
  criterion: v.optional(
    v.pipe(
      v.picklist(criterionNames),
      v.title("Criterion"),
      v.description(`Which filters go first; ${defaultCriterion} if left out.`),
    ),
  ),
  images: v.optional(
    v.pipe(
      v.number(),
      v.integer("a whole number is needed"),
      v.minValue(1, "at least 1 is needed"),
      v.title("Images"),
      v.description(`Judge by at most so many validation images; ${defaultImages} if left out.`),
    ),
  ),
  layers: patterns("Layers", "Only these layers: names or patterns such as `conv*`, separated by commas."),
  skip: patterns("Skip", "All layers but these: names or patterns such as `dense_2`, separated by commas."),
});

const title = "Sensitivity";
const description =
  "Measures how much accuracy is lost with each layer alone pruned, at several ratios, together with the layers that " +
  "are tied to it. Leaves the model as it is. Layers models only.";

export const sensitivityStep: StepSpec = {
  kind: "sensitivity",
  title,
  description,
  leavesModel: true,
  entries: { sensitivity: v.pipe(schema, v.title(title), v.description(description)) },
  variants({ sensitivity }) {
    const given = v.parse(schema, sensitivity);
    const { ratios = defaultRatios, criterion = defaultCriterion as CriterionName, images = defaultImages } = given;
    const { layers, skip } = given;
    const ascending = [...new Set(ratios)].sort((a, b) => a - b);
    return [
      {
        kind: "sensitivity",
        options: { ratios: ascending, criterion, images, layers, skip } satisfies SensitivityOptions,
        label: [`sensitivity by ${criterion}`, layers && `of ${layers}`, skip && `without ${skip}`]
          .filter(Boolean)
          .join(" "),
        doing: "measuring",
        learns: true,
        needsLabels: "leave the step sensitivity out",
        leavesModel: true,
        check(network, { format }) {
          if (format !== "layers-model") throw wrongFormat();
          chooseLayers(network, { layers, skip });
        },
      },
    ];
  },
};

function wrongFormat(): SecateurError {
  return new SecateurError(
    "bad-recipe",
    "Which filters belong together is known of layers models only, and this is a graph model; leave the step sensitivity out.",
  );
}
