import * as tf from "@tensorflow/tfjs-core";
import type { Trainable } from "../training/trainable.ts";
import type { StructureSelection } from "./contract.ts";
import { along, type Places, placesOf } from "./places.ts";
import { proximalStep } from "./proximal.ts";
import type { Selector } from "./selector.ts";

/**
 * Factors beside a model: layers compute with their weights times the factors of the structures there. The weights' own
 * optimiser never sees them, and weight decay does not either.
 */
export function factorsOn(trainable: Trainable, { axes, count, gamma, momentum }: StructureSelection): Selector {
  const factors = tf.tidy(() => tf.variable(tf.ones([count]), true));
  const velocity = tf.tidy(() => tf.variable(tf.zeros([count]), false));
  const places = axes.map(({ structures }) => placesOf(structures, count));
  for (const name of new Set(axes.map(({ weight }) => weight))) {
    const own = axes.flatMap(({ weight, axis }, i) => (weight === name ? [{ axis, places: places[i] as Places }] : []));
    trainable.view(name, (weight) =>
      own.reduce<tf.Tensor>(
        (scaled, each) => tf.mul(scaled, along(each.places.spread(factors), weight, each.axis)),
        weight,
      ),
    );
  }
  return {
    variables: [factors],
    // A name that begins with a slash is no weight's.
    slots: new Map([
      ["/factors", factors],
      ["/factors/velocity", velocity],
    ]),
    step(gradients, learningRate) {
      const gradient = gradients[factors.name];
      if (!gradient) return;
      const next = proximalStep({ factors, velocity }, gradient, learningRate, { gamma, momentum });
      factors.assign(next.factors);
      velocity.assign(next.velocity);
      tf.dispose({ ...next });
    },
    values: () => tf.clone(factors),
    dispose() {
      tf.dispose([factors, velocity]);
      for (const each of places) each.dispose();
    },
  };
}
