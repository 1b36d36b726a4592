import { formatCount, formatShare } from "../../text.ts";
import type { Anatomy } from "../anatomy.ts";
import type { LeftGroup } from "../channelGroups.ts";
import { shareGone, wholeSizes } from "../channelTarget.ts";
import { leftNote } from "../structuredNotes.ts";
import type { Reconstruction } from "./reconstruction.ts";
import type { Done } from "./thinet.ts";
import type { ThinetOptions } from "./thinetSpec.ts";

/** What ThiNet came to. */
export interface Outcome {
  readonly original: Anatomy;
  readonly after: Anatomy;
  /** Groups that are not ThiNet's to prune. */
  readonly left: readonly LeftGroup[];
  readonly done: Done;
}

/** Requested against achieved, layer by layer, and what was left, in sentences. */
export function thinetNotes(
  { original, after, left, done }: Outcome,
  { share, minWidth = 1 }: ThinetOptions,
): string[] {
  const gone = formatShare(shareGone("filters", wholeSizes(after), wholeSizes(original)) ?? 0);
  const asked = `sked for ${formatShare(share)} of each layer's filters`;
  const whole = wholeSizes(original).filters;
  const counted = `${formatCount(whole - wholeSizes(after).filters)} of ${formatCount(whole)} that may go`;
  return [
    done.layers.length === 0
      ? `Nothing was pruned: a${asked}, and ${gone} were gone already or belong to layers that are left whole${minWidth > 1 ? ` or keep ${formatCount(minWidth)}` : ""}.`
      : `A${asked}, and ${gone} of the unpruned model's are gone (${counted}).`,
    ...done.layers,
    ...leftNote({ left: [...original.left, ...left] }),
    ...done.trained,
  ];
}

/** What was done to one layer. @param reader the next one, whose sums are compared */
export function layerNote(
  name: string,
  from: number,
  to: number,
  reader: string,
  isRescaled: boolean,
  { error, rescaledError }: Reconstruction,
): string {
  const rescaled = isRescaled ? `, and ${formatShare(rescaledError)} with the others rescaled` : "";
  return `${name} ${formatCount(from)} → ${formatCount(to)}: without them ${reader} misses ${formatShare(error)} of what it computed, squared${rescaled}.`;
}
