import * as v from "valibot";

// Options that several methods have.

/** A count of 1 or more. */
export const wholeNumber = (title: string, description: string) =>
  v.optional(
    v.pipe(
      v.number(),
      v.integer("a whole number is needed"),
      v.minValue(1, "at least 1 is needed"),
      v.title(title),
      v.description(description),
    ),
  );

/** A share of 0 to just under 1 that is to be gone; to be made optional where it may be left out. */
export const shareToRemove = (title: string, description: string) =>
  v.pipe(
    v.number(),
    v.minValue(0, "a share to remove is at least 0 and less than 1"),
    v.ltValue(1, "a share to remove is at least 0 and less than 1"),
    v.title(title),
    v.description(description),
  );

/** Which layers a method may touch (`LayerChoice`). */
export const layerEntries = {
  layers: v.optional(
    v.pipe(
      v.string(),
      v.title("Layers"),
      v.description("Only these layers: names or patterns such as `conv*`, separated by commas."),
    ),
  ),
  skip: v.optional(
    v.pipe(
      v.string(),
      v.title("Skip"),
      v.description("All layers but these: names or patterns such as `dense_2`, separated by commas."),
    ),
  ),
};
