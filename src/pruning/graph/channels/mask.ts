import { unquantized } from "../../model/encode.ts";
import { type Model, type Weight, withWeights } from "../../model/model.ts";
import { canSayZero, type Mask, withZeros } from "../../model/zero.ts";
import type { WeightRole } from "../network.ts";
import { networkOf } from "../networkOf.ts";
import type { Channels, Removal } from "./channels.ts";
import { checkRemoval, removedElements } from "./removal.ts";

/**
 * The same removal with the architecture as it is: whatever makes or follows the channels is zero for them, and so is
 * whatever reads them. By the latter alone the model gives what the shrunk one gives, also where activations, or what
 * batch normalisation adds, make of zero something else.
 * @param channels of this model
 * @returns the model itself where nothing is removed
 * @throws Error as `shrink`
 */
export function mask(model: Model, channels: Channels, removal: Removal): Model {
  checkRemoval(channels, removal);
  if (!removal.includes(1)) return model;
  const roles = rolesOf(model);
  const changed = [...channels.weights].map(([name, axes]) => {
    const weight = model.weights.get(name) as Weight;
    return masked(weight, roles.get(name), removedElements(weight, axes, removal));
  });
  return withWeights(model, changed);
}

/** What each of a model's weights does in its layer, by the weight's name. */
export function rolesOf(model: Model): ReadonlyMap<string, WeightRole> {
  const weights = networkOf(model).layers.flatMap((layer) => layer.weights);
  return new Map(weights.map(({ name, role }) => [name, role]));
}

/**
 * A weight with the removed elements at zero. Running statistics and slopes stay: a variance of zero would be divided
 * by. Where quantization leaves zero out, quantizing anew would move all other values: kernels, whose zeros are what
 * counts, become plain float32 then, and a bias or scale, which nobody reads, stays.
 */
export function masked(weight: Weight, role: WeightRole | undefined, removed: Mask): Weight {
  if (role === "state" || role === "constant" || !removed.includes(1)) return weight;
  if (canSayZero(weight)) return withZeros(weight, removed);
  return role === "kernel" ? withZeros(unquantized(weight), removed) : weight;
}
