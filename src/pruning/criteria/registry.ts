import { l1, l2 } from "./norms.ts";

/** Every criterion there is: settings, help and the Layers view are made from this list. */
export const criteria = [l2, l1] as const;

export type CriterionName = (typeof criteria)[number]["name"];

export const criterionNames = criteria.map(({ name }) => name) as readonly CriterionName[];
