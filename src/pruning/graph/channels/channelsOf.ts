import { SecateurError } from "../../errors.ts";
import type { Model } from "../../model/model.ts";
import type { Channels } from "./channels.ts";

/**
 * Which channels a model has and which live and die together, found by running it once on symbols.
 * @throws SecateurError as `networkOf`
 */
export function channelsOf(model: Model): Channels {
  throw new SecateurError("unsupported-model", `${model.format} cannot be traced yet.`);
}
