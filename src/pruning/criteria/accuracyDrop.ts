import type { Criterion } from "./spec.ts";

/**
 * Accuracy on validation images minus that without the channel, measured. A share of 1, below 0 where the model does
 * better without it; comparable between layers. Images are few and whole, so that many channels cost equally many of
 * them: the loss tells these apart, by less than half an image.
 */
export const accuracyDrop: Criterion<"accuracyDrop", "removals"> = {
  name: "accuracyDrop",
  title: "Accuracy drop",
  description:
    "Validation accuracy that is lost without the filter, measured one by one: slow. A share of 1; comparable between " +
    "layers.",
  comparable: true,
  evidence: "removals",
  score: ({ images, before, after }) =>
    Float64Array.from(after, (without) =>
      without
        ? before.accuracy - without.accuracy + Math.atan(without.loss - before.loss) / (Math.PI * images)
        : Number.NaN,
    ),
};
