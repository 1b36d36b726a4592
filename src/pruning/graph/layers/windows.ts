import * as v from "valibot";
import type { JsonObject, Model } from "../../model/model.ts";
import { isObject } from "../json.ts";
import { dataFormat, perAxis, windowPadding } from "./rule.ts";
import { type KerasModel, parseTopology } from "./topology.ts";

/** How a dense or convolution layer goes over its input: what it sums for each number of its output. */
export interface Window {
  /** `transposed` spreads its input out; a dense layer is a convolution over no axes. */
  readonly kind: "convolution" | "transposed";
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: "valid" | "same";
  readonly channelsFirst: boolean;
}

/** By the layers' names in the network: those that have one kernel and a window, or are dense. */
export function windowsOf(model: Model): ReadonlyMap<string, Window> {
  return new Map(
    entriesOf(parseTopology(model.json.modelTopology)).flatMap(({ path, className, config }) => {
      const window = windowOf(className, config);
      return window ? [[path, window] as const] : [];
    }),
  );
}

/**
 * Where a layer's output counts its channels, by the layers' names in the network: −1 for the last axis, else counted
 * from the end.
 */
export function channelAxesOf(model: Model): ReadonlyMap<string, number> {
  return new Map(
    entriesOf(parseTopology(model.json.modelTopology)).map(({ path, className, config }) => {
      const isFirst = config.data_format === "channels_first";
      return [path, isFirst ? -1 - axesOf(className) : -1];
    }),
  );
}

interface Entry {
  readonly path: string;
  readonly className: string;
  readonly config: JsonObject;
}

/** All layers, those inside a TimeDistributed in its place. */
function entriesOf({ layers }: KerasModel, prefix = ""): Entry[] {
  return layers.flatMap((layer): Entry[] => {
    const path = prefix + layer.name;
    if (layer.model) return entriesOf(layer.model, `${path}/`);
    return [{ path, ...unwrapped(layer) }];
  });
}

function unwrapped({ className, config }: Omit<Entry, "path">): Omit<Entry, "path"> {
  const { layer } = config;
  if (className !== "TimeDistributed" || !isObject(layer) || !isObject(layer.config)) return { className, config };
  return unwrapped({ className: String(layer.class_name), config: layer.config });
}

/** Axes in space, as class names say: 2 of Conv2D. */
const axesOf = (className: string): number => Number(/(\d)D/.exec(className)?.[1] ?? 0);

const settings = (axes: number) =>
  v.object({
    strides: v.nullish(perAxis(axes), 1),
    dilation_rate: v.nullish(perAxis(axes), 1),
    padding: windowPadding,
    data_format: dataFormat,
  });

function windowOf(className: string, config: JsonObject): Window | undefined {
  if (className === "Dense") {
    return { kind: "convolution", strides: [], dilations: [], padding: "valid", channelsFirst: false };
  }
  if (!/^Conv[123]D(Transpose)?$/.test(className)) return undefined;
  const { strides, dilation_rate, padding, data_format } = v.parse(settings(axesOf(className)), config);
  const kind = className.endsWith("Transpose") ? "transposed" : "convolution";
  return {
    kind,
    strides,
    // tfjs leaves the dilation of transposed convolutions out.
    dilations: kind === "transposed" ? strides.map(() => 1) : dilation_rate,
    padding,
    channelsFirst: data_format === "channels_first",
  };
}
