import assert from "node:assert/strict";
import fc from "fast-check";
import type { Layer, Network, Shape } from "../../../../src/pruning/graph/network.ts";
import { networkOf } from "../../../../src/pruning/graph/networkOf.ts";
import { layers, saved } from "../tfjs.ts";

// One layer, built in TensorFlow.js and read from the saved file.

export type Config = Record<string, unknown>;
type Make = (config: never) => layers.layers.Layer;

/** The makers of tfjs's layers by name: `tfl.dense`. */
export const tfl = layers.layers as unknown as Record<string, Make>;

/** Builds one layer in TensorFlow.js on inputs of some shapes, and reads the network of the saved model. */
export async function compare(make: string, config: Config, ...shapes: Shape[]): Promise<Network> {
  const built = build(make, config, shapes);
  try {
    const network = networkOf(await saved(built.model));
    const layer = network.layers.find(({ name }) => name === "it");
    assert.deepEqual(layer?.outputShape, first(built.layer.outputShape));
    const expected = built.layer.weights.map((weight) => [weight.originalName, weight.shape]);
    const claimed = (layer?.weights ?? []).map(({ name }) => name);
    assert.deepEqual(new Set(claimed), new Set(expected.map(([name]) => name)));
    return network;
  } finally {
    built.model.dispose();
  }
}

export function build(make: string, config: Config, shapes: readonly Shape[]) {
  const inputs = shapes.map((batchShape) => layers.input({ batchShape: [...batchShape] }));
  const layer = tfl[make]?.({ ...config, name: "it" } as never);
  if (!layer) throw new Error(`no layer ${make}`);
  const output = layer.apply(inputs.length === 1 ? (inputs[0] as never) : inputs) as never;
  return { layer, model: layers.model({ inputs, outputs: output }) };
}

const first = (shape: unknown): unknown => (Array.isArray(shape) && Array.isArray(shape[0]) ? shape[0] : shape);

/** The layer under test. */
export const itOf = (network: Network): Layer => {
  const layer = network.layers.find(({ name }) => name === "it");
  assert.ok(layer);
  return layer;
};

export const small = fc.integer({ min: 1, max: 3 });
export const perAxis = (axes: number) => fc.oneof(small, fc.array(small, { minLength: axes, maxLength: axes }));
export const padding = fc.constantFrom("valid", "same");
export const dataFormat = fc.constantFrom("channelsLast", "channelsFirst");
const length = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 7, max: 12 }) }, fc.constant(null));

/** Strides or dilations, never both: tfjs refuses that. */
export const window = (axes: number) =>
  fc
    .record({
      kernelSize: perAxis(axes),
      padding,
      strides: perAxis(axes),
      dilationRate: perAxis(axes),
      both: fc.boolean(),
    })
    .map(({ both, strides, dilationRate, ...rest }) => (both ? { ...rest, strides } : { ...rest, dilationRate }));

export const image = (axes: number, format: string, lengths: readonly (number | null)[], channels: number): Shape =>
  format === "channelsFirst"
    ? [null, channels, ...lengths.slice(0, axes)]
    : [null, ...lengths.slice(0, axes), channels];
export const lengths = fc.tuple(length, length, length);

/** Tries a property on examples that are the same every time. */
export const check = <T extends unknown[]>(property: fc.IAsyncProperty<T>): Promise<void> =>
  fc.assert(property, { numRuns: 25, seed: 7 });

/** Spares tfjs the orthogonal initialiser, which needs more of tfjs than we load. */
export const still = { recurrentInitializer: "zeros" };
