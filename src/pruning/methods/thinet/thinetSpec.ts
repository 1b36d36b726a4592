import * as v from "valibot";
import { formatCount, formatShare } from "../../text.ts";
import { layerEntries, shareToRemove, wholeNumber } from "../options.ts";
import type { MethodSpec } from "../spec.ts";

/** How many images are sampled, where it is not said: ten numbers of each, as ThiNet does. */
export const defaultSampled = 1000;

const options = v.object({
  share: shareToRemove("Share", "Share of each layer's filters that is gone afterwards, against the unpruned model."),
  images: wholeNumber("Images", `So many training images are sampled; ${formatCount(defaultSampled)} if left out.`),
  unscaled: v.optional(
    v.pipe(
      v.boolean(),
      v.title("Unscaled"),
      v.description("Leaves the others as they are; else they make up for what goes, by least squares."),
    ),
  ),
  minWidth: wholeNumber("Least width", "No layer keeps fewer filters than this; 1 if left out."),
  ...layerEntries,
});

export type ThinetOptions = v.InferOutput<typeof options>;

export const thinetSpec: MethodSpec<"thinet", typeof options> = {
  name: "thinet",
  title: "ThiNet",
  description:
    "Layer by layer, the filters go that the next layer's results miss least, and the others make up for them " +
    "(Luo et al. 2017). Layers models only.",
  options,
  format: "layers-model",
  trainsBetween: () => undefined,
  needs: () => "images",
  problem: () => undefined,
  label: ({ share, images, unscaled, minWidth, layers, skip }) =>
    [
      `ThiNet ${formatShare(share)} of each layer's filters`,
      images && `on ${formatCount(images)} images`,
      unscaled && "unscaled",
      minWidth && `keeping ${minWidth}`,
      layers && `of ${layers}`,
      skip && `without ${skip}`,
    ]
      .filter(Boolean)
      .join(" "),
};
