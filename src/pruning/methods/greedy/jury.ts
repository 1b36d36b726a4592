import type { Feed } from "../../data/feed.ts";
import { feedBatch } from "../../data/feed.ts";
import { spread } from "../../data/split.ts";
import type { Engine } from "../../engine/engine.ts";
import { findHead, scoreSplit } from "../../engine/evaluate.ts";
import { answersOf, areProbabilities, bestClasses } from "../../metrics/accuracy.ts";
import type { Model } from "../../model/model.ts";
import type { Jury } from "./contest.ts";

/**
 * The images that judge removals, spread over what there is. Without labels, what the unpruned model answers is right.
 * @throws SecateurError as `scoreSplit`
 */
export async function juryOf(
  original: Model,
  validation: Feed,
  images: number,
  engine: Engine,
  signal: AbortSignal | undefined,
): Promise<Jury> {
  const feed = { ...validation, split: spread(validation.split, images) };
  const { split, fit, scaling } = feed;
  const loaded = await engine.load(original);
  try {
    const { values, shape } = feedBatch(feed, new Uint32Array(fit.batchSize ?? 1));
    const head = findHead(await loaded.predict(values, shape), fit.classes);
    const { scores, classes } = await scoreSplit(loaded, split, fit, scaling, { ...(signal && { signal }) });
    const labels = split.labels ?? bestClasses(scores, classes);
    const probabilities = areProbabilities(scores, classes);
    const { margin: margins } = answersOf(scores, classes, labels, probabilities);
    return { feed, labels, head, probabilities, margins };
  } finally {
    loaded.dispose();
  }
}
