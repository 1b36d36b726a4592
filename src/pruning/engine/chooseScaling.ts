import type { Scaling, Split } from "../data/dataset.ts";
import type { Fit } from "../data/fit.ts";
import { spread } from "../data/split.ts";
import type { Classification } from "../metrics/accuracy.ts";
import type { LoadedModel } from "./engine.ts";
import { evaluate } from "./evaluate.ts";

/** How a model did on images scaled one way. */
export interface ScalingTrial extends Classification {
  readonly scaling: Scaling;
}

export interface ScalingChoice {
  readonly scaling: Scaling;
  /** Every candidate in the order given, so that it can be said what was chosen and why. */
  readonly trials: readonly ScalingTrial[];
}

/**
 * Finds out how a model wants its images scaled, which no model.json says: tries the candidates on labelled images
 * and keeps the most accurate. Where others come within the sampling error of it, loss decides: a network of ReLUs
 * often names the same classes at ten times the brightness, but is surest where it was trained.
 * @param split labelled images, best those that the model was trained on
 * @param examples how many of them to try, taken evenly from the whole split
 */
export async function chooseScaling(
  loaded: LoadedModel,
  split: Split,
  fit: Fit,
  candidates: readonly Scaling[],
  { signal, examples = 500 }: { readonly signal?: AbortSignal | undefined; readonly examples?: number } = {},
): Promise<ScalingChoice> {
  const sample = spread(split, examples);
  const trials: ScalingTrial[] = [];
  for (const scaling of candidates) {
    trials.push({ scaling, ...(await evaluate(loaded, sample, fit, scaling, { signal })) });
  }
  const best = trials.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
  const error = Math.sqrt((best.accuracy * (1 - best.accuracy)) / sample.count);
  const equals = trials.filter(({ accuracy }) => accuracy >= best.accuracy - error);
  const { scaling } = equals.reduce((a, b) => (b.loss < a.loss ? b : a));
  return { scaling, trials };
}
