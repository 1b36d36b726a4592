import { dirname, resolve } from "node:path";
import type { Dataset } from "../data/dataset.ts";
import { readDataset } from "../data/readDataset.ts";
import type { LoadedModel } from "../engine/engine.ts";
import { formatCount } from "../text.ts";
import type { JobEvents } from "./events.ts";
import { type ExamplesOptions, onlyInput } from "./examples.ts";
import type { DataRecipe } from "./schema.ts";

/**
 * Reads a recipe's data as far as the recipe needs it, and images in files in the size of the model's input.
 * @param model path of model.json, like the data's relative to `base`
 * @throws SecateurError `bad-data`, `cancelled`
 */
export async function readData(
  data: DataRecipe,
  model: string,
  loaded: LoadedModel,
  options: ExamplesOptions & { readonly base: string; readonly events: Pick<JobEvents, "progress"> },
): Promise<Dataset> {
  const { base, learns, needsLabels, split, signal, events } = options;
  const path = resolve(base, data.path);
  return readDataset(path, {
    input: onlyInput(loaded, path).shape,
    scores: scoresOf(loaded),
    model: dirname(resolve(base, model)),
    labels: data.labels,
    needsLabels,
    learns,
    split,
    limit: data.limit,
    signal,
    onProgress: (done, total) => events.progress(0, `reading images, ${formatCount(done)} of ${formatCount(total)}`),
  });
}

/** How many classes each output may score; nothing where one of them does not tell. */
function scoresOf({ outputs }: LoadedModel): number[] {
  const lengths = outputs.map(({ shape }) => shape?.at(-1));
  return lengths.every((length): length is number => typeof length === "number") ? lengths : [];
}
