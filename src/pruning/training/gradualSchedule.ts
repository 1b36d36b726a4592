import { defaultEnd, type GradualTiming } from "./gradualOptions.ts";

/** When a model is pruned while it trains. */
export interface GradualSchedule {
  readonly schedule: "cubic" | "constant";
  /** Before which steps weights are pruned, counted from 0: the first, the last, and one every so many from the first. */
  readonly begin: number;
  readonly end: number;
  readonly every: number;
}

const mostBetween = 100;
const fewestPrunings = 20;

/** @param steps in all; at least one is taken once the target is reached */
export function gradualScheduleOf(options: GradualTiming, steps: number): GradualSchedule {
  const { schedule = "cubic" } = options;
  const at = (share: number) => Math.min(Math.round(share * steps), steps - 1);
  const begin = at(options.begin ?? 0);
  const end = schedule === "constant" ? begin : at(options.end ?? defaultEnd);
  const every = options.every ?? Math.min(mostBetween, Math.max(1, Math.floor((end - begin) / fewestPrunings)));
  return { schedule, begin, end, every };
}

/** Whether weights are pruned before a step. The last pruning falls on the end, whatever the distance between them. */
export function prunesBefore({ begin, end, every }: GradualSchedule, step: number): boolean {
  return step === end || (step >= begin && step < end && (step - begin) % every === 0);
}

/**
 * How far the sparsity has come from where it was to the target, 0 to 1: `1 − (1 − t)³` over the time `t` from begin
 * to end (Zhu & Gupta 2017), or all the way from the beginning on.
 */
export function grownBy({ schedule, begin, end }: GradualSchedule, step: number): number {
  if (step < begin) return 0;
  if (schedule === "constant" || step >= end) return 1;
  return 1 - (1 - (step - begin) / (end - begin)) ** 3;
}
