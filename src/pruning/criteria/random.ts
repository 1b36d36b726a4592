import type { Criterion } from "./spec.ts";

/**
 * A uniform random number per channel: the control that any other criterion must beat (Blalock et al. 2020, "What is
 * the state of neural network pruning?"). 0 to 1; comparable between layers.
 */
export const random: Criterion<"random", "draws"> = {
  name: "random",
  title: "Random",
  description: "A random number, as a control: any other criterion should do better. 0 to 1.",
  comparable: true,
  evidence: "draws",
  score: (draws) => draws,
};
