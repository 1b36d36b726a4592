import type { Trainer } from "../engine/training/contract.ts";
import { countSelected, selectSmallest } from "../methods/select.ts";
import type { GradualPruning } from "../methods/spec.ts";
import type { Mask } from "../model/zero.ts";
import { formatCount, formatShare } from "../text.ts";
import { type GradualSchedule, grownBy } from "./gradualSchedule.ts";
import { zerosIn } from "./roles.ts";
import type { Best, TrainingState } from "./state.ts";

type ByName<T> = ReadonlyMap<string, T>;

/** What prunes a model while it trains. */
export interface Gradual {
  /** What was asked for, 0 to 1. */
  readonly sparsity: number;
  readonly pruning: GradualPruning;
  readonly schedule: GradualSchedule;
  /** What was held at zero before the first step. */
  readonly start: ByName<Mask>;
}

/** Prunes the model on a trainer as far as it is to be before a step. @returns what that changes of the state */
export async function pruned(
  trainer: Trainer,
  { pruning, schedule, start }: Gradual,
  { step, masks }: TrainingState,
): Promise<Pick<TrainingState, "masks" | "grown">> {
  const grown = grownBy(schedule, step);
  const values = await trainer.weights(pruning.targets.flatMap(({ kernels }) => kernels));
  const more = grownMasks(pruning, grown, start, masks, values);
  trainer.setMasks(more);
  return { masks: new Map([...masks, ...more]), grown };
}

/** The smallest number that is not zero: what a score of zero counts for where the weight is not held there. */
const nextToZero = 2 ** -149;

/**
 * The masks of a model that has been pruned for a part of the way. They only grow: what is held already goes first,
 * and counts towards the target.
 * @param grown how far sparsity has come from `start` to the targets, 0 to 1
 * @param held what is held now
 * @param values of the kernels now
 */
export function grownMasks(
  { targets, score }: GradualPruning,
  grown: number,
  start: ByName<Mask>,
  held: ByName<Mask>,
  values: ByName<Float32Array>,
): Map<string, Mask> {
  return new Map(
    targets.flatMap(({ kernels, zeros }) => {
      const before = countHeld(kernels, start);
      const asked = Math.round(before + grown * (zeros - before));
      const ranks = kernels.map((name) => {
        const mask = held.get(name) as Mask;
        const scores = score(values.get(name) as Float32Array, name);
        return scores.map((value, i) => (mask[i] ? 0 : value === 0 ? nextToZero : value));
      });
      const masks = selectSmallest(ranks, Math.max(asked, countHeld(kernels, held)));
      return kernels.map((name, i): [string, Mask] => [name, masks[i] as Mask]);
    }),
  );
}

const countHeld = (kernels: readonly string[], masks: ByName<Mask>): number =>
  kernels.reduce((sum, name) => sum + countSelected(masks.get(name) as Mask), 0);

/** Requested against achieved, in words. @param kept the weights that training ends with */
export function gradualNote(
  { sparsity, pruning, schedule, start }: Gradual,
  kept: Pick<Best, "grown" | "weights">,
): string {
  const { begin, end } = schedule;
  const kernels = pruning.targets.flatMap((target) => target.kernels);
  const held = new Map(kernels.map((name) => [name, zerosIn(kept.weights.get(name) as Float32Array)]));
  const total = kernels.reduce((sum, name) => sum + (held.get(name) as Mask).length, 0);
  const asked = pruning.targets.reduce((sum, { zeros }) => sum + zeros, 0);
  const [before, reached] = [countHeld(kernels, start), countHeld(kernels, held)];
  const had = `${formatCount(before)} of the chosen layers' ${formatCount(total)} weights were zero already`;
  if (reached === before && kept.grown === 1) {
    return `Nothing was pruned on the way: ${had}, and ${formatShare(sparsity)} asks for no more.`;
  }
  const when = begin === end ? `before step ${end + 1}` : `from step ${begin + 1} to step ${end + 1}`;
  const why = kept.grown < 1 ? ", where training ended" : reached > asked ? `: ${had}` : "";
  return `Pruned ${when}: asked for ${formatShare(sparsity)} of the chosen layers' weights, reached ${formatShare(reached / total)}${why}.`;
}
