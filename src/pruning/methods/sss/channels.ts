import { shrinkVerified } from "../../engine/verified.ts";
import type { Network } from "../../graph/network.ts";
import { networkOf } from "../../graph/networkOf.ts";
import type { Model } from "../../model/model.ts";
import { anatomyOf } from "../anatomy.ts";
import { folded, normsOf } from "./fold.ts";
import { channelNotes } from "./notes.ts";
import { chosenChannels } from "./removal.ts";
import type { Selection } from "./selection.ts";
import { defaults, type SelectionName, type SssOptions } from "./sssSpec.ts";
import { channelStructures } from "./structures.ts";

/** Filters, or some neighbouring ones together, by factors or by norms. @throws SecateurError as `anatomyOf` */
export function channelSelection(
  model: Model,
  selection: Exclude<SelectionName, "blocks">,
  options: SssOptions,
  network: Network,
): Selection {
  const by = selection === "groupNorm" ? "norms" : "factors";
  const size = options.groupSize ?? (selection === "groups" ? defaults.groupSize : 1);
  const { threshold = by === "norms" ? defaults.normThreshold : 0, minWidth = 1 } = options;
  const anatomy = anatomyOf(model, network, options);
  // A factor stands where channels are read. A norm is of the filters too, which alone could shrink for nothing where
  // batch normalisation makes up for it: what reads them could not.
  const candidates = channelStructures(anatomy, size, by === "norms" ? ["makes", "reads"] : ["reads"]);
  return {
    candidates,
    by,
    threshold,
    nouns: size > 1 ? ["group of filters", "groups of filters"] : ["filter", "filters"],
    start: by === "norms" ? mean(normsOf(model, candidates)) : 1,
    async prune(trained, standing, context) {
      const chosen = chosenChannels(anatomy, candidates, standing, { threshold, minWidth });
      const factors = standing.values.slice();
      for (const structure of chosen.last) factors[structure] = standing.history[structure] as number;
      const whole = by === "norms" ? trained : folded(trained, candidates, factors);
      const small = await shrinkVerified(whole, anatomy.channels, chosen.removal, context);
      const original = anatomyOf(context.original, networkOf(context.original), options);
      const after = anatomyOf(small, networkOf(small), options);
      return { model: small, notes: channelNotes({ original, before: anatomy, after }, chosen, { minWidth }) };
    },
  };
}

const mean = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
