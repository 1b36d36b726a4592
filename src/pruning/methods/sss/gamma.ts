/** A value that a sparsity term shrinks and nothing else moves. */
export interface Unused {
  /** What it begins at: 1 for a factor. */
  readonly start: number;
  /** μ, 0 to just under 1. */
  readonly momentum: number;
  /** η of each step. */
  readonly learningRates: readonly number[];
}

/**
 * After how many steps an unused value is exactly zero, by the updates themselves (Huang & Wang 2018, eqs. 10-12, where
 * the gradient is zero). With one learning rate throughout that is about `(1 − μ)·start / (η·γ)`.
 * @returns nothing where the steps do not suffice
 */
export function stepsToZero(gamma: number, { start, momentum, learningRates }: Unused): number | undefined {
  let [value, velocity] = [start, 0];
  for (const [step, learningRate] of learningRates.entries()) {
    const shrunk = Math.max(0, value - learningRate * gamma);
    velocity = shrunk - value + momentum * velocity;
    value = Math.max(0, shrunk + momentum * velocity);
    if (value === 0) return step + 1;
  }
  return undefined;
}

/**
 * How many steps a γ would need if learning went on at its mean rate, `(1 − μ)·start / (η·γ)` and what momentum takes to
 * come up: what a person is told when there are too few.
 */
export function stepsNeeded(gamma: number, { start, momentum, learningRates }: Unused): number {
  const mean = learningRates.reduce((sum, each) => sum + each, 0) / learningRates.length;
  return Math.round(((1 - momentum) * start) / (gamma * mean) + momentum / (1 - momentum));
}

/** Halvings of the range in which γ is looked for: more than a float tells apart. */
const halvings = 60;

/** The smallest γ that brings an unused value to zero within so many of the steps there are. */
export function gammaWithin(steps: number, unused: Unused): number {
  const learningRates = unused.learningRates.slice(0, Math.max(1, steps));
  const isEnough = (gamma: number) => stepsToZero(gamma, { ...unused, learningRates }) !== undefined;
  let [low, high] = [0, unused.start / Math.max(...learningRates)];
  for (let i = 0; i < halvings; i++) {
    const middle = (low + high) / 2;
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return Number(high.toPrecision(6));
}

/** Share of all the learning after which `auto` has an unused value at zero: the rest is for the others to settle. */
const autoShare = 0.5;

/** γ sized from the steps there are: an unused value is zero when half of all learning has been done. */
export function autoGamma(unused: Unused): number {
  const total = unused.learningRates.reduce((sum, each) => sum + each, 0);
  let done = 0;
  const half = unused.learningRates.findIndex((each) => {
    done += each;
    return done >= autoShare * total;
  });
  return gammaWithin(half + 1, unused);
}
