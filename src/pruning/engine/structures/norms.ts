import * as tf from "@tensorflow/tfjs-core";
import type { Trainable } from "../training/trainable.ts";
import type { StructureSelection } from "./contract.ts";
import { along, placesOf } from "./places.ts";
import type { Selector } from "./selector.ts";

/** Below any norm that matters: what a norm of zero is divided by. */
const smallest = 1e-12;

/**
 * A group lasso over the weights of structures. Its gradient, `γ·w / ‖structure‖`, joins that of the loss. Weights that
 * are not trained belong to the norm and stay as they are.
 */
export function normsOn({ variables, trained }: Trainable, { axes, count, gamma }: StructureSelection): Selector {
  const parts = axes.map(({ weight, axis, structures }) => ({
    weight: variables.get(weight) as tf.Variable,
    moves: trained.has(weight),
    axis,
    places: placesOf(structures, count),
    belongs: tf.tensor1d(Float32Array.from(structures, (structure) => Number(structure >= 0))),
  }));

  const norms = (): tf.Tensor =>
    tf.tidy(() => {
      const squares = parts.map(({ weight, axis, places }) => {
        const others = weight.shape.map((_, i) => i).filter((i) => i !== axis);
        return places.sum(tf.sum(tf.square(weight), others));
      });
      return tf.sqrt(tf.addN([tf.zeros([count]), ...squares]));
    });

  return {
    variables: [],
    slots: new Map(),
    step(gradients) {
      const pull = tf.tidy(() => tf.div(gamma, tf.maximum(norms(), smallest)));
      for (const { weight, moves, axis, places, belongs } of parts) {
        const gradient = gradients[weight.name];
        if (!moves || !gradient) continue;
        gradients[weight.name] = tf.tidy(() => {
          const own = tf.mul(places.spread(pull), belongs);
          return tf.add(gradient, tf.mul(weight, along(own, weight, axis)));
        });
        gradient.dispose();
      }
      pull.dispose();
    },
    values: norms,
    dispose() {
      for (const { belongs, places } of parts) {
        belongs.dispose();
        places.dispose();
      }
    },
  };
}
