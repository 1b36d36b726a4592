import { areProbabilities } from "../metrics/accuracy.ts";
import type { LoadedModel } from "./engine.ts";
import { findHead, type Head } from "./evaluate.ts";

/** The output that scores the classes, and whether as probabilities. */
export interface ScoringHead extends Head {
  readonly givesProbabilities: boolean;
}

/**
 * Finds it by what the model says to a batch.
 * @param classes how many the labels tell apart
 * @throws SecateurError `bad-data` where no output scores that many
 */
export async function findScoringHead(
  loaded: LoadedModel,
  { values, shape }: { readonly values: Float32Array; readonly shape: readonly number[] },
  classes: number,
): Promise<ScoringHead> {
  const outputs = await loaded.predict(values, shape);
  const head = findHead(outputs, classes);
  const scores = outputs.find(({ name }) => name === head.name)?.values ?? new Float32Array();
  return { ...head, givesProbabilities: areProbabilities(scores, head.classes) };
}
