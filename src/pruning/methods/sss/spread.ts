import type { Standing } from "./contract.ts";
import type { Candidates, StructureGroup } from "./structures.ts";

/** How the factors of one group of structures are spread. */
export interface GroupSpread {
  readonly name: string;
  /** The layers that make what the factors stand for. */
  readonly layers: readonly string[];
  readonly count: number;
  /** How many are exactly zero. */
  readonly zero: number;
  /** How many of the others lie in each of as many equal parts of 0 to `top`; a part's right end belongs to it. */
  readonly bins: readonly number[];
}

/** How the factors of a model are spread at one moment of their training. */
export interface FactorSpread {
  /** `norms`: not factors, but norms as shares of the largest of their group. */
  readonly by: "factors" | "norms";
  readonly gamma: number;
  /** Steps taken, of so many. */
  readonly step: number;
  readonly steps: number;
  /** Right end of the last bin, the same for all groups. */
  readonly top: number;
  readonly groups: readonly GroupSpread[];
}

export const binCount = 20;

/** @param settings what stays the same over a run */
export function spreadOf(
  { step, values }: Standing,
  { groups }: Candidates,
  settings: Pick<FactorSpread, "by" | "gamma" | "steps">,
): FactorSpread {
  // Whole tenths, so that the scale seldom moves; 1 is where factors begin.
  const top = Math.max(1, Math.ceil(Math.max(...values) * 10 - 1e-6) / 10);
  return { ...settings, step, top, groups: groups.map((group) => groupSpread(group, values, top)) };
}

function groupSpread({ name, layers, first, count }: StructureGroup, values: Float32Array, top: number): GroupSpread {
  const bins = new Array<number>(binCount).fill(0);
  let zero = 0;
  for (const value of values.subarray(first, first + count)) {
    const bin = Math.min(binCount - 1, Math.ceil((value / top) * binCount - 1e-6) - 1);
    if (value === 0) zero++;
    else bins[Math.max(0, bin)] = (bins[Math.max(0, bin)] as number) + 1;
  }
  return { name, layers, count, zero, bins };
}

/** Values as they are compared: factors as they are, norms as shares of the largest of their group. */
export function compared(standing: Standing, { groups }: Candidates, by: FactorSpread["by"]): Standing {
  if (by === "factors") return standing;
  const shares = (values: Float32Array) => {
    const all = values.slice();
    for (const { first, count } of groups) {
      const own = all.subarray(first, first + count);
      const largest = Math.max(...own);
      if (largest > 0) own.set(own.map((value) => value / largest));
    }
    return all;
  };
  return { ...standing, values: shares(standing.values), history: shares(standing.history) };
}
