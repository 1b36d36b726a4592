import { SecateurError } from "../errors.ts";
import { activation, apoz } from "./activation.ts";
import { batchNorm } from "./batchNorm.ts";
import { evidenceNeeds, type Needs } from "./evidence.ts";
import { fpgm } from "./fpgm.ts";
import { l1, l2 } from "./norms.ts";
import { random } from "./random.ts";
import { accuracyDrop, lossIncrease } from "./removals.ts";
import type { Criterion } from "./spec.ts";
import { taylor } from "./taylor.ts";
import { thinet } from "./thinet.ts";

/** Those that judge a layer's filters by the model's weights alone: the Layers view and `inspect` offer these. */
export const weightCriteria = [l2, l1, fpgm, batchNorm] as const;

/** Every criterion there is: recipes, settings, help and the Layers view are made from these lists. */
export const criteria = [
  ...weightCriteria,
  taylor,
  activation,
  apoz,
  thinet,
  accuracyDrop,
  lossIncrease,
  random,
] as const;

export type AnyCriterion = (typeof criteria)[number];
export type CriterionName = AnyCriterion["name"];
export type WeightCriterion = (typeof weightCriteria)[number];

export const criterionNames = criteria.map(({ name }) => name) as readonly CriterionName[];
export const weightCriterionNames = weightCriteria.map(({ name }) => name) as readonly WeightCriterion["name"][];

/**
 * The criterion of that name.
 * @throws SecateurError `bad-recipe` naming those there are
 */
export const criterionNamed = (name: string): AnyCriterion => named(criteria, name, "criterion");

/**
 * The same among those that need nothing but the model.
 * @throws SecateurError `bad-recipe` naming those there are
 */
export const weightCriterionNamed = (name: string): WeightCriterion => named(weightCriteria, name, "weight criterion");

/** What it takes to use a criterion, beside the model. */
export const needsOf = ({ evidence }: Pick<Criterion, "evidence">): Needs => evidenceNeeds[evidence];

function named<C extends { readonly name: string }>(among: readonly C[], name: string, noun: string): C {
  const criterion = among.find((each) => each.name === name);
  if (criterion) return criterion;
  const names = among.map((each) => each.name).join(", ");
  throw new SecateurError("bad-recipe", `There is no ${noun} "${name}"; there are ${names}.`);
}
