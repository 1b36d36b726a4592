import type { Criterion } from "./spec.ts";

/**
 * Mean of |a| over images and positions (Molchanov et al. 2017, "Pruning convolutional neural networks for resource
 * efficient inference", 2.2). In the units of the activation, 0 or more; compare within a layer.
 */
export const activation: Criterion<"activation", "activity"> = {
  name: "activation",
  title: "Mean activation",
  description:
    "Mean magnitude of what comes out of the filter on training images. In the units of the activation; compare " +
    "within a layer.",
  comparable: false,
  evidence: "activity",
  score: ({ magnitude }) => magnitude,
};

/**
 * 1 − APoZ, the share of activations that are not zero (Hu et al. 2016, "Network trimming"), so that more is more
 * important. 0 to 1; comparable between layers that rectify. 1 everywhere behind activations that are never zero.
 */
export const apoz: Criterion<"apoz", "activity"> = {
  name: "apoz",
  title: "Share of non-zero activations",
  description:
    "Share of the filter's outputs on training images that are not zero: 1 − APoZ. 0 to 1; says nothing where the " +
    "activation is never zero.",
  comparable: true,
  evidence: "activity",
  score: ({ zeros }) => zeros.map((share) => 1 - share),
};
