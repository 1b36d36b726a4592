import type { Channels, Removal } from "../graph/channels/channels.ts";
import { expand } from "../graph/channels/expand.ts";
import { mask } from "../graph/channels/mask.ts";
import { shrink } from "../graph/channels/shrink.ts";
import type { Model } from "../model/model.ts";
import { requireEqual, type Verification } from "./equality.ts";

/**
 * Takes channels out of a model and makes sure that what is left answers as it would with them masked.
 * @throws SecateurError `unequal`, or as `shrink` and `largestDifference`
 */
export async function shrinkVerified(
  model: Model,
  channels: Channels,
  removal: Removal,
  verification: Verification,
): Promise<Model> {
  const small = shrink(model, channels, removal);
  if (small === model) return model;
  const twin = mask(model, channels, removal);
  await requireEqual(small, twin, verification, ["the shrunk model", "the same model with those filters masked"]);
  return small;
}

/**
 * Puts a small model back into the architecture it was shrunk from, and makes sure that it answers as before.
 * @param channels of the original
 * @throws SecateurError `unequal`, or as `expand` and `largestDifference`
 */
export async function expandVerified(
  small: Model,
  original: Model,
  channels: Channels,
  verification: Verification,
): Promise<Model> {
  const large = expand(small, original, channels);
  await requireEqual(large, small, verification, ["the expanded model", "the small one"]);
  return large;
}
