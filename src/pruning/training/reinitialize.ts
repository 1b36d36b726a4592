import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import type { Layer, LayerWeight, Network } from "../graph/network.ts";
import { withValues } from "../model/encode.ts";
import { type Model, sizeOf, type Weight, withWeights } from "../model/model.ts";
import { exactValues } from "../model/zero.ts";
import type { FineTuned } from "./context.ts";
import { randomAt } from "./order.ts";

/**
 * Draws a model's weights anew, as before training: kernels by Glorot & Bengio's uniform rule (2010), biases 0,
 * normalisation the identity. What was zero in a kernel stays zero, so that training goes on in the pruned
 * architecture (Liu et al. 2019, "Rethinking the value of network pruning").
 */
export function reinitialize(model: Model, network: Network, seed: number): FineTuned {
  const own = network.layers.flatMap((layer) => layer.weights.map((role) => ({ layer, role })));
  const changed = own.flatMap(({ layer, role }, index) => {
    const weight = model.weights.get(role.name) as Weight;
    const values = role.role === "kernel" ? glorot(weight, role, seed, index) : constant(weight, role, layer);
    return values ? [withValues(weight, values)] : [];
  });
  return { model: withWeights(model, changed), notes: [] };
}

function glorot(weight: Weight, role: LayerWeight, seed: number, index: number): Float32Array {
  const { fanIn, fanOut } = fansOf(weight.shape, role.filterAxes ?? []);
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  const random = randomAt(seed, index, 2);
  return exactValues(weight).map((value) => {
    const drawn = (2 * uniformFloat64(random) - 1) * limit;
    return value === 0 ? 0 : drawn || limit / 2;
  });
}

/**
 * How many inputs one output of a kernel sums, and to how many outputs one input goes. The last of its filter axes
 * counts the outputs; those before it count what is convolved or multiplied apart: channels, or a batch of matrices.
 */
function fansOf(shape: readonly number[], filterAxes: readonly number[]): { fanIn: number; fanOut: number } {
  const lengths = (axes: readonly number[]) => sizeOf(axes.map((axis) => shape[axis] as number));
  const space = [...shape.keys()].slice(0, -2).filter((axis) => !filterAxes.includes(axis));
  return {
    fanIn: sizeOf(shape) / lengths(filterAxes),
    fanOut: lengths([...space, ...filterAxes.slice(-1)]),
  };
}

/** Scales and variances are 1; shifts, means and biases 0; nothing where there is no telling which it is. */
function constant({ shape }: Weight, role: LayerWeight, layer: Layer): Float32Array | undefined {
  if (role.role === "constant") return undefined;
  const identity = role.role === "bias" ? 0 : identityOf(role, layer);
  return identity === undefined ? undefined : new Float32Array(sizeOf(shape)).fill(identity);
}

/** Keras names them; an op of a graph takes scale, shift, mean and variance in that order. */
function identityOf({ name }: LayerWeight, { type, weights }: Layer): 0 | 1 | undefined {
  if (!type.startsWith("FusedBatchNorm")) return /(gamma|variance)$/.test(name) ? 1 : 0;
  if (weights.length !== 4) return undefined;
  return [1, 0, 0, 1][weights.findIndex((weight) => weight.name === name)] as 0 | 1;
}
