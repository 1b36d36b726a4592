import type { Criterion } from "./spec.ts";

/**
 * Accuracy on validation images minus that without the channel, measured. A share of 1, below 0 where the model does
 * better without it; comparable between layers. Images are few and whole, so that many channels cost equally many of
 * them: the loss tells these apart, by less than half an image. Chance decides about single images: it takes a thousand
 * and more to rank filters well.
 */
export const accuracyDrop: Criterion<"accuracyDrop", "removals"> = {
  name: "accuracyDrop",
  title: "Accuracy drop",
  description:
    "Validation accuracy that is lost without the filter, measured one by one: slow. 0 to 1, below 0 where the model " +
    "does better without it; comparable between layers.",
  comparable: true,
  evidence: "removals",
  score: ({ images, before, after }) =>
    Float64Array.from(after, (without) =>
      without
        ? before.accuracy - without.accuracy + Math.atan(without.loss - before.loss) / (Math.PI * images)
        : Number.NaN,
    ),
};

/**
 * Cross-entropy on validation images without the channel minus that with it, measured: what accuracy drops say in whole
 * images, said of every image in part, and so with far less chance. In nats, below 0 where the model does better without
 * it; comparable between layers.
 */
export const lossIncrease: Criterion<"lossIncrease", "removals"> = {
  name: "lossIncrease",
  title: "Loss increase",
  description:
    "By how much the loss on validation images grows without the filter, measured one by one: slow, and surer than " +
    "the accuracy drop. In nats; comparable between layers.",
  comparable: true,
  evidence: "removals",
  score: ({ before, after }) =>
    Float64Array.from(after, (without) => (without ? without.loss - before.loss : Number.NaN)),
};
