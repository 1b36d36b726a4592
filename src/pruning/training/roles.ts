import { kernelsOf, type Network, type WeightRole } from "../graph/network.ts";
import type { Model, Weight } from "../model/model.ts";
import { exactValues, type Mask } from "../model/zero.ts";

const trainableRoles: readonly WeightRole[] = ["kernel", "bias", "normalization"];

/** Which weights gradients move, and which of them weight decay acts on: kernels alone. */
export function rolesOf(network: Network): { trainable: ReadonlySet<string>; decayed: ReadonlySet<string> } {
  const weights = network.layers.flatMap((layer) => layer.weights);
  const trainable = weights.filter(({ role }) => trainableRoles.includes(role)).map(({ name }) => name);
  return { trainable: new Set(trainable), decayed: new Set(network.layers.flatMap(kernelsOf).map(({ name }) => name)) };
}

/** The zeros of every kernel, whoever made them: a mask is derived from the model, never kept beside it. */
export function heldAtZero(model: Model, network: Network): Map<string, Mask> {
  return new Map(
    network.layers.flatMap(kernelsOf).map(({ name }): [string, Mask] => {
      return [name, zerosIn(exactValues(model.weights.get(name) as Weight))];
    }),
  );
}

/** Where values are zero. */
export function zerosIn(values: Float32Array): Mask {
  const mask = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) mask[i] = Number(values[i] === 0);
  return mask;
}
