import { createHash } from "node:crypto";
import type { Dataset, Split } from "../data/dataset.ts";
import type { Model } from "../model/model.ts";
import type { RunInfo } from "../runs/run.ts";

type Inputs = NonNullable<RunInfo["inputs"]>;

/**
 * Digests (SHA-256, hexadecimal) of what a run is made from, by content: touching or moving files changes nothing.
 * @param recipe as it lies in the run folder
 */
export function inputsOf(recipe: object, model: Model, dataset: Dataset | undefined): Inputs {
  return {
    recipe: digestOfRecipe(recipe),
    model: digest([model.source, ...[...model.weights.values()].map(({ bytes }) => bytes)]),
    ...(dataset && { data: digest([dataset.train, dataset.validation, dataset.test].flatMap(partsOf)) }),
  };
}

export const digestOfRecipe = (recipe: object): string => digest([JSON.stringify(recipe)]);

/** With its size before it, so that what moves from one split to another shows. */
const partsOf = (split: Split | undefined) =>
  split ? [`${split.count}`, split.images, ...(split.labels ? [split.labels] : [])] : ["none"];

function digest(parts: readonly (string | Uint8Array | Uint16Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
