import { meanOf } from "./members.ts";
import type { Criterion } from "./spec.ts";

/**
 * (∂L/∂z)² for a gate z = 1 on the channel, averaged over batches: the square of the first-order estimate of what the
 * loss would change by without it (Molchanov et al. 2019, "Importance estimation for neural network pruning", eq. 8 with
 * gates). In squared nats, 0 or more; comparable between layers.
 */
export const taylor: Criterion<"taylor", "gates"> = {
  name: "taylor",
  title: "First-order Taylor",
  description:
    "Squared first-order estimate of how much the loss changes without the filter, averaged over batches of training " +
    "images. In squared nats; comparable between layers.",
  comparable: true,
  evidence: "gates",
  score: (gates, count) =>
    meanOf(
      gates.map((gate) => gate.map((slope) => slope * slope)),
      count,
    ),
};
