/** How the learning rate goes over a training run. */
export interface LearningRate {
  /** After warm-up. */
  readonly rate: number;
  /** Share of all steps over which it rises from 0, 0 to 1. */
  readonly warmup: number;
  /** What it does after: stays, falls along half a cosine to 0, or is divided by ten at half and at three quarters. */
  readonly decay: "constant" | "cosine" | "step";
}

/**
 * The learning rate of a step.
 * @param step counts from 0
 * @param steps in all
 */
export function learningRateAt({ rate, warmup, decay }: LearningRate, step: number, steps: number): number {
  const rising = Math.round(warmup * steps);
  if (step < rising) return (rate * (step + 1)) / rising;
  const done = (step - rising) / Math.max(1, steps - rising);
  if (decay === "cosine") return (rate * (1 + Math.cos(Math.PI * done))) / 2;
  if (decay === "step") return rate * 0.1 ** (Number(done >= 0.5) + Number(done >= 0.75));
  return rate;
}
