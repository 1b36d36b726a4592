import { SecateurError } from "../errors.ts";
import { l1, l2 } from "./norms.ts";

/** Every criterion there is: settings, help and the Layers view are made from this list. */
export const criteria = [l2, l1] as const;

export type CriterionName = (typeof criteria)[number]["name"];

export const criterionNames = criteria.map(({ name }) => name) as readonly CriterionName[];

/**
 * The criterion of that name.
 * @throws SecateurError `bad-recipe` naming those there are
 */
export function criterionNamed(name: string): (typeof criteria)[number] {
  const criterion = criteria.find((each) => each.name === name);
  if (criterion) return criterion;
  throw new SecateurError("bad-recipe", `There is no criterion "${name}"; there are ${criterionNames.join(", ")}.`);
}
