import type { Dataset, Scaling, Split } from "../data/dataset.ts";
import type { Fit } from "../data/fit.ts";
import { candidateScalings } from "../data/scaling.ts";
import type { LoadedModel } from "../engine/engine.ts";
import { formatCount, formatShare } from "../text.ts";
import type { ExamplesOptions } from "./examples.ts";
import type { Recipe } from "./schema.ts";

/** A scaling, and where there was a choice, how it was made. */
interface Found {
  readonly scaling: Scaling;
  readonly notes: readonly string[];
}

/** Images to try each scaling on. */
const tried = 500;

/** With nothing to choose, a few images still show whether the data fits the model, before anything is written. */
const justToSee = 8;

/**
 * The scaling asked for, or for `auto` the one the model answers best to, or without labels, most steadily to.
 * Training images decide, where there are any: test images only report.
 */
export async function findScaling(
  dataset: Dataset,
  wanted: NonNullable<NonNullable<Recipe["data"]>["scaling"]>,
  loaded: LoadedModel,
  fit: Fit,
  { signal, events }: ExamplesOptions,
): Promise<Found> {
  const candidates = candidateScalings(dataset).filter(({ name }) => wanted === "auto" || wanted === name);
  const split = dataset.train ?? dataset.validation ?? (dataset.test as Split);
  const options = { signal, examples: candidates.length === 1 ? justToSee : tried };
  const { scaling, reason } = split.labels
    ? await byAccuracy(loaded, split, fit, candidates, options)
    : await bySteadiness(loaded, split, dataset, fit, candidates, options);
  if (candidates.length === 1) return { scaling, notes: [] };
  const kind = dataset.train ? "training" : dataset.validation ? "validation" : "test";
  const note = `Input scaling ${scaling.name} was chosen ${reason(`${formatCount(Math.min(split.count, tried))} ${kind} images`)}.`;
  events.log("info", note);
  return { scaling, notes: [note] };
}

type Options = { readonly signal: AbortSignal | undefined; readonly examples: number };

async function byAccuracy(
  loaded: LoadedModel,
  split: Split,
  fit: Fit,
  candidates: readonly Scaling[],
  options: Options,
) {
  const { chooseScaling } = await import("../engine/chooseScaling.ts");
  const { scaling, trials } = await chooseScaling(loaded, split, fit, candidates, options);
  const each = trials.map((trial) => `${trial.scaling.name} ${formatShare(trial.accuracy)}`).join(", ");
  return { scaling, reason: (images: string) => `for its accuracy on ${images}: ${each}` };
}

async function bySteadiness(
  loaded: LoadedModel,
  split: Split,
  dataset: Dataset,
  fit: Fit,
  candidates: readonly Scaling[],
  options: Options,
) {
  const { steadiestScaling } = await import("../engine/steadiestScaling.ts");
  const { scaling, trials } = await steadiestScaling(loaded, split, dataset, fit, candidates, options);
  const each = trials.map((trial) => `${trial.scaling.name} ${trial.steadiness.toFixed(2)}`).join(", ");
  const reason = (images: string) =>
    `because answers to ${images} held best when these were moved a little, in nats: ${each}; name another in the recipe's data if the model was trained otherwise`;
  return { scaling, reason };
}
