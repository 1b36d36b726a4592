import { kernelsOf, type Layer, type Network } from "../graph/network.ts";
import { type Model, sizeOf, type Weight } from "../model/model.ts";
import { countNonZero } from "../model/zero.ts";

/** What can be counted of a model's weights without running it. */
export interface Counts {
  /** Floating-point weights of the model, normalisation statistics included, optimiser state not. */
  readonly parameters: number;
  readonly nonZero: number;
  /** Weights that a method may zero: the kernels. */
  readonly prunable: number;
  readonly prunableNonZero: number;
  /** Multiply-adds for one example; null where a layer's is unknown. */
  readonly macs: number | null;
  /** Those whose weight is not zero. */
  readonly effectiveMacs: number | null;
  readonly layers: readonly LayerCounts[];
}

export interface LayerCounts {
  readonly layer: Layer;
  readonly parameters: number;
  readonly prunable: number;
  readonly prunableNonZero: number;
}

/** Counts weights and multiply-adds of a model by its network. */
export function countWeights(model: Model, network: Network): Counts {
  const floats = [...model.weights.values()].filter(isParameter);
  const nonZero = new Map(floats.map((weight) => [weight.name, countNonZero(weight)]));
  const layers = network.layers.map((layer): LayerCounts => {
    const kernels = kernelsOf(layer).map(({ name }) => name);
    return {
      layer,
      parameters: sum(layer.weights, ({ name }) => elements(model.weights.get(name))),
      prunable: sum(kernels, (name) => elements(model.weights.get(name))),
      prunableNonZero: sum(kernels, (name) => nonZero.get(name) ?? 0),
    };
  });
  return {
    parameters: sum(floats, ({ shape }) => sizeOf(shape)),
    nonZero: sum([...nonZero.values()], (count) => count),
    prunable: sum(layers, (layer) => layer.prunable),
    prunableNonZero: sum(layers, (layer) => layer.prunableNonZero),
    macs: total(layers.map(({ layer }) => layer.macs)),
    effectiveMacs: total(layers.map(effectiveMacs)),
    layers,
  };
}

/** Share of zeros among prunable weights, of a model whose original had `original` of them; 0 where it had none. */
export function sparsityOf(prunableNonZero: number, original: number): number {
  return original === 0 ? 0 : 1 - prunableNonZero / original;
}

/** In every layer each element of every kernel is used equally often, so that MACs shrink as its zeros grow. */
function effectiveMacs({ layer, prunable, prunableNonZero }: LayerCounts): number | null {
  if (layer.macs === null || prunable === 0) return layer.macs;
  return Math.round((layer.macs * prunableNonZero) / prunable);
}

/** Whole numbers are shapes and indices, and an optimiser's slots are no part of the model. */
export const isParameter = ({ dtype, group }: Weight): boolean => dtype === "float32" && group !== "optimizer";

const elements = (weight: Weight | undefined): number => (weight && isParameter(weight) ? sizeOf(weight.shape) : 0);

const sum = <T>(items: readonly T[], value: (item: T) => number): number =>
  items.reduce((total, item) => total + value(item), 0);

const total = (values: readonly (number | null)[]): number | null =>
  values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
