import { setImmediate } from "node:timers/promises";
import type { Scaling, Split } from "../data/dataset.ts";
import { arrange, type Fit, shapeText } from "../data/fit.ts";
import { scaleBatch } from "../data/scaling.ts";
import { SecateurError, throwIfCancelled } from "../errors.ts";
import { type Classification, classificationOf } from "../metrics/accuracy.ts";
import { sizeOf } from "../model/model.ts";
import type { LoadedModel, Output } from "./engine.ts";

export interface EvaluateOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called after each batch. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Examples per forward pass, where the model does not fix them itself. */
  readonly batchSize?: number;
}

/**
 * Runs a model over a split and compares its best class with the labels. Of several outputs, the one that scores
 * the dataset's classes counts.
 * @throws SecateurError `bad-data` when there are no labels or no output scores all the classes, `cancelled`, or what
 *   `predict` throws
 */
export async function evaluate(
  loaded: LoadedModel,
  split: Split,
  fit: Fit,
  scaling: Scaling,
  options: EvaluateOptions = {},
): Promise<Classification> {
  const { labels } = split;
  if (!labels) throw new SecateurError("bad-data", "The images have no labels to compare answers with; add them.");
  const { scores, classes } = await scoreSplit(loaded, split, fit, scaling, options);
  return classificationOf(scores, classes, labels);
}

/**
 * Runs a model over a split.
 * @returns `split.count × classes` scores, row-major; classes may be more than the dataset has
 * @throws SecateurError as `evaluate`, but for labels, which are not looked at
 */
export async function scoreSplit(
  loaded: LoadedModel,
  split: Split,
  fit: Fit,
  scaling: Scaling,
  { signal, onProgress, batchSize = 128 }: EvaluateOptions = {},
): Promise<{ scores: Float32Array; classes: number }> {
  const size = fit.batchSize ?? batchSize;
  let head: Head | undefined;
  let scores = new Float32Array();
  for (let from = 0; from < split.count; from += size) {
    // Backends compute without leaving the event loop: let messages in between, such as a cancellation.
    await setImmediate();
    throwIfCancelled(signal);
    const to = Math.min(from + size, split.count);
    const shape = [fit.batchSize ?? to - from, ...fit.example];
    const values = arrange(scaleBatch(split, from, to, scaling, fit.channels), fit);
    const outputs = await loaded.predict(padded(values, sizeOf(shape)), shape, head && [head.name]);
    head ??= findHead(outputs, fit.classes);
    if (from === 0) scores = new Float32Array(split.count * head.classes);
    scores.set(scoresOf(outputs, head).subarray(0, (to - from) * head.classes), from * head.classes);
    onProgress?.(to, split.count);
  }
  return { scores, classes: head?.classes ?? fit.classes };
}

/** The output that scores classes. */
export interface Head {
  readonly name: string;
  readonly classes: number;
}

/**
 * The last output with a row of just as many scores as there are classes; else the last one with more.
 * @param classes 0 where they are not known: then the last output with several scores counts
 */
export function findHead(outputs: readonly Output[], classes: number): Head {
  const heads = outputs
    .filter(({ shape }) => shape.length > 1 && shape.slice(1, -1).every((length) => length === 1))
    .map(({ name, shape }) => ({ name, classes: shape.at(-1) as number }))
    .filter((head) => head.classes >= Math.max(2, classes));
  const head = heads.findLast((each) => each.classes === classes) ?? heads.at(-1);
  if (head) return head;
  const shapes = outputs.map(({ shape }) => shapeText([null, ...shape.slice(1)])).join(", ");
  throw new SecateurError(
    "bad-data",
    classes === 0
      ? `No output of the model scores classes (${shapes}), so images without labels tell nothing of its answers; prune it without data.`
      : `The labels name ${classes} classes, but no output of the model scores that many (${shapes}); choose the data that the model was trained for.`,
  );
}

function scoresOf(outputs: readonly Output[], head: Head): Float32Array {
  return (outputs.find(({ name }) => name === head.name) as Output).values;
}

/** With zeros behind, for models that take whole batches only. */
function padded(values: Float32Array, length: number): Float32Array {
  if (values.length === length) return values;
  const longer = new Float32Array(length);
  longer.set(values);
  return longer;
}
