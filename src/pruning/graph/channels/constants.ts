import type { JsonObject, Weight } from "../../model/model.ts";
import { exactValues } from "../../model/zero.ts";
import { channelAxis } from "../layers/space.ts";
import { axisFromFront } from "../lengths.ts";
import type { Shape } from "../network.ts";

// What is known of a network's values whatever its input. A filter of nothing but zeros gives its bias, and after
// batch normalisation and an activation perhaps zero. Every rule may know less than it could, none more.

/** A tensor of which some channels may be known: one value for all positions and all examples. */
export interface Known {
  readonly shape: Shape;
  /** Where the channels stand. */
  readonly axis: number;
  /** One per channel, NaN where it depends on the input; null where all do. */
  readonly values: Float64Array | null;
}

/** A layer called once. */
export interface KnownCall {
  readonly config: JsonObject;
  readonly inputs: readonly Known[];
  /** Of its first output. */
  readonly shape: Shape;
  /** By its name below the layer's: `kernel`. */
  weight(path: string): Weight | undefined;
}

/** What is known of a layer's first output. */
export type KnownRule = (call: KnownCall) => Known;

export const unknown = (shape: Shape): Known => ({ shape, axis: shape.length - 1, values: null });

const mapped = ({ shape, axis, values }: Known, change: (value: number, channel: number) => number): Known => ({
  shape,
  axis,
  values: values?.map(change) ?? null,
});

/** Activations that leave zero at zero. */
const zeroKeeping = new Set(["elu", "selu", "tanh", "softsign", "swish", "gelu", "mish"]);

/** Applies a layer's own activation, if it has one. */
export function activated(known: Known, { activation }: JsonObject): Known {
  if (activation === undefined || activation === null || activation === "linear") return known;
  if (activation === "relu") return mapped(known, (value) => Math.max(value, 0));
  if (activation === "relu6") return mapped(known, (value) => Math.min(Math.max(value, 0), 6));
  if (typeof activation === "string" && zeroKeeping.has(activation)) return mapped(known, zeroOnly);
  return unknown(known.shape);
}

const zeroOnly = (value: number): number => (value === 0 ? 0 : Number.NaN);

const first = ({ inputs }: KnownCall): Known => inputs[0] as Known;

/** Where a layer finds the channels of an image, or of anything else with its channels last. */
export const axisIn = ({ data_format }: JsonObject, { length }: Shape): number =>
  channelAxis(length, data_format === "channels_first" ? "channels_first" : "channels_last");

/** Gives back what it gets. */
const passing: KnownRule = first;

const keepingZero: KnownRule = (call) => mapped(first(call), zeroOnly);

/** The same at every position, whatever is done with the positions. */
const spatial: KnownRule = (call) => {
  const { axis, values, shape } = first(call);
  if (axis !== axisIn(call.config, shape)) return unknown(call.shape);
  return { shape: call.shape, axis: Math.min(axis, call.shape.length - 1), values };
};

/** Zeros are put around. */
const padded: KnownRule = (call) => mapped(spatial(call), zeroOnly);

/** Row by row, channels stand in the same order as long as the last axis holds whole sets of them. */
const reshaped: KnownRule = (call) => {
  const { shape } = call;
  const { axis, values, shape: before } = first(call);
  const length = shape.at(-1);
  const isLast = axis === before.length - 1 && axis === axisIn(call.config, before);
  if (!values || !isLast || typeof length !== "number" || length % values.length !== 0) return unknown(shape);
  const tiled = Float64Array.from({ length }, (_, i) => values[i % values.length] as number);
  return { shape, axis: shape.length - 1, values: tiled };
};

const repeatedVector: KnownRule = (call) => ({ ...first(call), shape: call.shape, axis: 2 });

const rectified: KnownRule = (call) => {
  const most = typeof call.config.max_value === "number" ? call.config.max_value : Number.POSITIVE_INFINITY;
  return mapped(first(call), (value) => Math.min(Math.max(value, 0), most));
};

/** How near to zero a sum may come, against its terms, and still be told from it: TensorFlow.js has half as many digits. */
const certain = 1e-4;

const normalized: KnownRule = (call) => {
  const { config, shape } = call;
  const { axis, values } = first(call);
  const own = [config.axis ?? -1].flat()[0];
  const at = axisFromFront(typeof own === "number" ? own : -1, shape.length);
  const length = shape[at];
  if (typeof length !== "number") return unknown(shape);
  const [gamma, beta, mean, variance] = ["gamma", "beta", "moving_mean", "moving_variance"].map((path) => {
    const weight = call.weight(path);
    return weight && exactValues(weight);
  });
  const epsilon = typeof config.epsilon === "number" ? config.epsilon : 1e-3;
  const after = Float64Array.from({ length }, (_, i) => {
    const scale = (gamma?.[i] ?? 1) / Math.sqrt((variance?.[i] ?? 1) + epsilon);
    const shift = beta?.[i] ?? 0;
    if (scale === 0) return shift;
    const scaled = ((axis === at && values ? (values[i] as number) : Number.NaN) - (mean?.[i] ?? 0)) * scale;
    const size = Math.abs(scaled) + Math.abs(shift);
    return size === 0 || Math.abs(scaled + shift) > certain * size ? scaled + shift : Number.NaN;
  });
  return { shape, axis: at, values: after };
};

/** Element by element, where all count their channels on the last axis. */
const merging =
  (merge: (values: readonly number[]) => number): KnownRule =>
  ({ inputs, shape }) => {
    const length = shape.at(-1);
    const aligned = inputs.every((input) => input.axis === input.shape.length - 1 && input.shape.at(-1) === length);
    if (!aligned || typeof length !== "number") return unknown(shape);
    const values = Float64Array.from({ length }, (_, i) => merge(inputs.map((input) => valueAt(input, i))));
    return { shape, axis: shape.length - 1, values };
  };

const valueAt = ({ values }: Known, channel: number): number => values?.[channel] ?? Number.NaN;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const product = (values: readonly number[]): number =>
  values.includes(0) ? 0 : values.reduce((total, value) => total * value, 1);

const joined: KnownRule = (call) => {
  const { inputs, shape, config } = call;
  const axis = axisFromFront(typeof config.axis === "number" ? config.axis : -1, shape.length);
  if (axis !== shape.length - 1)
    return merging((values) => (new Set(values).size === 1 ? (values[0] as number) : Number.NaN))(call);
  const parts = inputs.map(({ shape: own, axis: at, values }) => {
    const length = own.at(-1);
    if (typeof length !== "number") return undefined;
    return at === axis && values ? values : new Float64Array(length).fill(Number.NaN);
  });
  if (parts.some((part) => part === undefined)) return unknown(shape);
  return { shape, axis, values: Float64Array.from(parts.flatMap((part) => [...(part ?? [])])) };
};

/** Rules by Keras class, for layers that make no channels. */
export const knownRules: Readonly<Record<string, KnownRule>> = {
  Activation: (call) => activated(first(call), call.config),
  Add: merging(sum),
  AlphaDropout: passing,
  Average: merging((values) => sum(values) / values.length),
  AveragePooling1D: spatial,
  AveragePooling2D: spatial,
  AveragePooling3D: spatial,
  BatchNormalization: normalized,
  Concatenate: joined,
  Cropping2D: spatial,
  Dropout: passing,
  ELU: keepingZero,
  Flatten: reshaped,
  GaussianDropout: passing,
  GaussianNoise: passing,
  GlobalAveragePooling1D: spatial,
  GlobalAveragePooling2D: spatial,
  GlobalMaxPooling1D: spatial,
  GlobalMaxPooling2D: spatial,
  LeakyReLU: keepingZero,
  MaxPooling1D: spatial,
  MaxPooling2D: spatial,
  MaxPooling3D: spatial,
  Maximum: merging((values) => Math.max(...values)),
  Minimum: merging((values) => Math.min(...values)),
  Multiply: merging(product),
  PReLU: keepingZero,
  ReLU: rectified,
  RepeatVector: repeatedVector,
  Reshape: reshaped,
  SpatialDropout1D: passing,
  ThresholdedReLU: keepingZero,
  UpSampling2D: spatial,
  ZeroPadding2D: padded,
};
