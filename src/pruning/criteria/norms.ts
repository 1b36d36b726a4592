import type { Member } from "./evidence.ts";
import { meanOf, sums } from "./members.ts";
import type { Criterion } from "./spec.ts";

/**
 * Σ|w| of a filter (Li et al. 2017, "Pruning filters for efficient ConvNets"); of a group the mean over its layers, as
 * DepGraph has it (Fang et al. 2023). In the units of the weights, 0 or more; larger in layers with longer filters.
 */
export const l1: Criterion<"l1", "weights"> = {
  name: "l1",
  title: "L1 norm",
  description: "Sum of the magnitudes of the filter's weights. No unit; compare within a layer.",
  comparable: false,
  evidence: "weights",
  score: (members, count) => meanOverMembers(members, count, Math.abs),
};

/**
 * √Σw² of a filter; of a group the root of the mean of Σw² over its layers, which ranks as DepGraph does
 * (Fang et al. 2023, p = 2). In the units of the weights, 0 or more; larger in layers with longer filters.
 */
export const l2: Criterion<"l2", "weights"> = {
  name: "l2",
  title: "L2 norm",
  description: "Square root of the sum of the squares of the filter's weights. No unit; compare within a layer.",
  comparable: false,
  evidence: "weights",
  score: (members, count) => meanOverMembers(members, count, (weight) => weight * weight).map(Math.sqrt),
};

const meanOverMembers = (members: readonly Member[], count: number, term: (weight: number) => number): Float64Array =>
  meanOf(
    members.map((member) => sums(member, count, term)),
    count,
  );
