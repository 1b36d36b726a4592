import { SecateurError } from "../errors.ts";
import { networkOf } from "../graph/networkOf.ts";
import type { Model } from "../model/model.ts";
import { formatNumber } from "../text.ts";
import type { Engine, InputBatch, LoadedModel, Output } from "./engine.ts";
import { madeUpFeeds } from "./madeUp.ts";

/** How far two models may differ that are to answer the same: sums in another order round differently. */
export const tolerance = 1e-4;

/** Enough for every channel to matter, few enough for a large model on a slow backend. */
const madeUpExamples = 4;

/** Indices above this look up what others look up too. */
const largestVocabulary = 100;

/** What verifying needs. */
export interface Verification {
  /** A backend, opened when first asked for; not to be disposed of. @throws SecateurError `backend` */
  engine(): Promise<Engine>;
  /** Examples of a model's only input, where there are some; made up else. */
  readonly samples?: InputBatch;
}

/** Where two models differ most. */
export interface Difference {
  /** Name of an output. */
  readonly output: string;
  /** The largest difference of two values, over the largest magnitude of this output in either model. */
  readonly relative: number;
}

/**
 * Makes sure that two models answer the same.
 * @param reference what the other must answer as
 * @param words of the two, for a sentence: `["the shrunk model", "the masked one"]`
 * @throws SecateurError `unequal` where an output differs by more than the tolerance
 */
export async function requireEqual(
  model: Model,
  reference: Model,
  { engine, samples }: Verification,
  words: readonly [string, string],
): Promise<void> {
  const { output, relative } = await largestDifference(await engine(), model, reference, samples && [samples]);
  if (relative <= tolerance) return;
  const how = Number.isFinite(relative) ? `by ${formatNumber(relative)} of its largest value` : "beyond measure";
  throw new SecateurError(
    "unequal",
    `On sample inputs ${words[0]} does not answer as ${words[1]}: output "${output}" differs ${how}, and ${tolerance} is allowed, so nothing is written; please report this with the model.`,
  );
}

/**
 * Runs two models of the same inputs and outputs on the same examples.
 * @param feeds one per input; made up if left out
 * @throws SecateurError `unsupported-model` where one of them cannot run, or what the reference answers is no number
 */
export async function largestDifference(
  engine: Engine,
  model: Model,
  reference: Model,
  feeds?: readonly InputBatch[],
): Promise<Difference> {
  const { inputs, wanted } = await loaded(engine, reference, async (each) => {
    const inputs = feeds ?? madeUpInputs(each, reference);
    return { inputs, wanted: await each.run(inputs) };
  });
  const given = await loaded(engine, model, (each) => each.run(inputs));
  if (wanted.every(({ values }) => values.every(Number.isNaN))) {
    throw new SecateurError(
      "unsupported-model",
      "The model answers sample inputs with nothing but NaN, so that nothing can be verified; give data of its own kind.",
    );
  }
  const differences = wanted.map((output, i) => ({
    output: output.name,
    relative: relativeDifference(output, given[i]),
  }));
  return differences.reduce((most, each) => (each.relative > most.relative ? each : most), { output: "", relative: 0 });
}

async function loaded<T>(engine: Engine, model: Model, use: (loaded: LoadedModel) => Promise<T>): Promise<T> {
  const each = await engine.load(model);
  try {
    return await use(each);
  } finally {
    each.dispose();
  }
}

function madeUpInputs({ inputs }: LoadedModel, model: Model): InputBatch[] {
  const tables = networkOf(model).layers.filter(({ type }) => type === "Embedding");
  const sizes = tables.flatMap(({ weights }) => weights.map(({ name }) => model.weights.get(name)?.shape[0] ?? 1));
  const vocabulary = sizes.length > 0 ? Math.min(largestVocabulary, ...sizes) : undefined;
  return madeUpFeeds(inputs, madeUpExamples, vocabulary);
}

/** Infinite where the shapes differ, or only one of two values is a number. */
function relativeDifference(a: Output, b: Output | undefined): number {
  if (!b || `${a.shape}` !== `${b.shape}`) return Number.POSITIVE_INFINITY;
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < a.values.length; i++) {
    const [x, y] = [a.values[i] as number, b.values[i] as number];
    if (Object.is(x, y)) continue;
    const apart = Math.abs(x - y);
    if (!Number.isFinite(apart)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, apart);
  }
  for (const { values } of [a, b]) {
    for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  }
  return difference === 0 ? 0 : difference / largest;
}
