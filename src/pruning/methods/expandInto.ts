import type { Verification } from "../engine/equality.ts";
import { expandVerified } from "../engine/verified.ts";
import { channelsOf } from "../graph/channels/channelsOf.ts";
import { isShrunk } from "../graph/channels/expand.ts";
import type { Model } from "../model/model.ts";
import type { Pruned } from "./spec.ts";

/**
 * Puts a shrunk model back into the architecture it comes from. Both models are run, to make sure that they answer the
 * same.
 * @returns the model itself where it was never shrunk
 * @throws SecateurError as `expandVerified`
 */
export async function expandInto(original: Model, model: Model, verification: Verification): Promise<Pruned> {
  if (!isShrunk(model, original)) {
    return { model, notes: ["Nothing was expanded: the model has the unpruned model's architecture already."] };
  }
  return { model: await expandVerified(model, original, channelsOf(original), verification), notes: [] };
}
