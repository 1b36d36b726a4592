import type { Channels, Removal } from "../../../../src/pruning/graph/channels/channels.ts";
import { channelsOf } from "../../../../src/pruning/graph/channels/channelsOf.ts";
import { withValues } from "../../../../src/pruning/model/encode.ts";
import { type JsonObject, type Model, sizeOf, type Weight } from "../../../../src/pruning/model/model.ts";
import { decodeFloats } from "../../../../src/pruning/model/values.ts";

// Models whose weights tell where they stood.

/** A weight of 1, 2, 3 … so that every element tells its place; from 101 on with `from` 101. */
export function numbered(name: string, shape: readonly number[], from = 1): Weight {
  const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => from + i);
  return { name, shape, dtype: "float32", bytes: new Uint8Array(values.buffer) };
}

/** The same as codes of an affine quantization, `element = code·scale + min`. */
export function coded(
  name: string,
  shape: readonly number[],
  quantization: { readonly dtype: "uint8" | "uint16"; readonly scale: number; readonly min: number },
): Weight {
  const codes = Array.from({ length: sizeOf(shape) }, (_, i) => i + 1);
  const stored = quantization.dtype === "uint8" ? Uint8Array.from(codes) : Uint16Array.from(codes);
  return { name, shape, dtype: "float32", bytes: new Uint8Array(stored.buffer), quantization };
}

export interface Layout {
  readonly fields?: JsonObject;
  /** As `JSON.stringify` takes it; 2 if left out. */
  readonly space?: number;
  /** Files of the weights; one of them all if left out. */
  readonly optimizer?: readonly Weight[];
}

/** A Sequential model in memory, as if it had been read. */
export function sequential(
  layers: readonly JsonObject[],
  weights: readonly Weight[],
  { fields = {}, space = 2, optimizer = [] }: Layout = {},
): Model {
  const all = [...weights, ...optimizer.map((weight) => ({ ...weight, group: "optimizer" as const }))];
  const names = all.map(({ name }) => name);
  const entries = all.map(({ name, shape, dtype }) => ({ name, shape: [...shape], dtype }));
  const json: JsonObject = {
    format: "layers-model",
    modelTopology: {
      model_config: { class_name: "Sequential", config: { name: "small", layers: [...layers] } },
      training_config: { loss: "mse" },
    },
    ...fields,
    weightsManifest: [{ paths: ["weights.bin"], weights: entries }],
  };
  return {
    format: "layers-model",
    source: JSON.stringify(json, null, space),
    json,
    weights: new Map(all.map((weight) => [weight.name, weight])),
    groups: [{ paths: ["weights.bin"], sizes: [all.reduce((sum, { bytes }) => sum + bytes.length, 0)], names }],
  };
}

/** A layer of a Sequential. */
export const layer = (class_name: string, name: string, config: JsonObject = {}): JsonObject => ({
  class_name,
  config: { name, ...config },
});

/** Convolution of 2 to 3 channels, batch normalisation, flatten of 1×2 positions, dense with 2 outputs. */
export const convolved = (layout?: Layout): Model =>
  sequential(
    [
      layer("Conv2D", "conv", {
        batch_input_shape: [null, 1, 2, 2],
        filters: 3,
        kernel_size: [1, 1],
        activation: "sigmoid",
        unknown: { kept: true },
      }),
      layer("BatchNormalization", "bn"),
      layer("Flatten", "flat"),
      layer("Dense", "head", { units: 2 }),
    ],
    [
      numbered("conv/kernel", [1, 1, 2, 3]),
      numbered("conv/bias", [3], 11),
      numbered("bn/gamma", [3], 21),
      numbered("bn/beta", [3], 31),
      numbered("bn/moving_mean", [3], 41),
      numbered("bn/moving_variance", [3], 51),
      numbered("head/kernel", [6, 2], 101),
      numbered("head/bias", [2], 121),
    ],
    layout,
  );

/** A removal of some positions of groups, by the groups' names. */
export function removing(channels: Channels, positions: Readonly<Record<string, readonly number[]>>): Removal {
  const removal = new Uint8Array(channels.count);
  for (const [name, places] of Object.entries(positions)) {
    const group = channels.groups.find((each) => each.name === name);
    if (!group) throw new Error(`no group named ${name}`);
    for (const place of places) removal[group.channels[place] as number] = 1;
  }
  return removal;
}

/** What a model's weights hold, by name. */
export const valuesOf = ({ weights }: Model): Record<string, number[]> =>
  Object.fromEntries([...weights.values()].map((weight) => [weight.name, [...decodeFloats(weight)]]));

/** Channels of a model, and a removal from them. */
export function planned(model: Model, positions: Readonly<Record<string, readonly number[]>>) {
  const channels = channelsOf(model);
  return { channels, removal: removing(channels, positions) };
}

/** As training would, new values for all weights, in the storage they have; zeros stay. */
export function tuned(model: Model): Model {
  const weights = [...model.weights.values()].map((weight) =>
    withValues(
      weight,
      decodeFloats(weight).map((value) => value * 1.5),
    ),
  );
  return { ...model, weights: new Map(weights.map((weight) => [weight.name, weight])) };
}
