import { channelsMade, type Subject } from "../../criteria/views.ts";
import type { Place } from "../../engine/probing/contract.ts";
import { type Call, callsOf } from "../../graph/calls.ts";
import type { ChannelIds } from "../../graph/channels/channels.ts";
import { channelAxesOf } from "../../graph/layers/windows.ts";
import type { Layer } from "../../graph/network.ts";

/** Layers that pass channels on one by one, and after which they are what later layers see. */
const passing = new Set(
  "BatchNormalization Activation ReLU LeakyReLU PReLU ELU ThresholdedReLU Dropout SpatialDropout1D GaussianNoise GaussianDropout AlphaDropout Add".split(
    " ",
  ),
);

/** Where channels are measured. */
export interface MeasuredPlace extends Place {
  /** The channel of each index along the axis. */
  readonly channels: ChannelIds;
}

/**
 * Where the channels that layers make are measured: what comes out of the layer, or of the last of the batch
 * normalisations, activations, dropouts and additions behind it that it alone leads to. There a channel is what later
 * layers see, rectified where the network rectifies; before, APoZ would count no zeros at all, and behind pooling or
 * averaging too few. Layers that lead to the same place are measured there once.
 */
export function measuredPlaces({ model, network, channels }: Subject): MeasuredPlace[] {
  const layers = new Map(network.layers.map((layer) => [layer.name, layer]));
  const axes = channelAxesOf(model);
  const next = followers(model);
  const makers = new Set(channels.groups.flatMap((group) => group.makers));
  const places = new Map<string, MeasuredPlace>();
  for (const maker of network.layers.filter(({ name }) => makers.has(name))) {
    const axis = axes.get(maker.name) ?? -1;
    const ids = repeated(channelsMade(maker, channels), maker.outputShape?.at(axis) ?? 0);
    const fits = (layer: Layer) => layer.outputShape?.at(axis) === ids.length;
    let place = maker;
    for (let behind = next(place.name); behind; behind = next(place.name)) {
      const layer = layers.get(behind);
      if (!layer || !passing.has(layer.type) || !fits(layer)) break;
      place = layer;
    }
    if (ids.length > 0) places.set(place.name, { layer: place.name, axis, channels: ids });
  }
  return [...places.values()];
}

/** The two directions of a bidirectional layer stand side by side, and make the same channels. */
function repeated(channels: ChannelIds, length: number): Int32Array {
  const fits = channels.length > 0 && length % channels.length === 0;
  return fits ? Int32Array.from({ length }, (_, i) => channels[i % channels.length] as number) : new Int32Array();
}

/** The only layer that takes what another puts out, where both are called once and no one else looks at it. */
function followers(model: Subject["model"]): (layer: string) => string | undefined {
  const { calls, outputs } = callsOf(model);
  const own = new Map<string, Call[]>();
  for (const call of calls) {
    if (call.kind === "layer") own.set(call.layer, [...(own.get(call.layer) ?? []), call]);
  }
  const takes = (call: Call, tensor: number) =>
    call.kind === "layer" ? call.inputs.includes(tensor) : call.input === tensor;
  return (layer) => {
    const [call, ...others] = own.get(layer) ?? [];
    if (call?.kind !== "layer" || others.length > 0 || call.outputs.length !== 1) return undefined;
    const tensor = call.outputs[0] as number;
    const takers = calls.filter((each) => takes(each, tensor));
    const [taker] = takers;
    if (outputs.includes(tensor) || takers.length !== 1 || taker?.kind !== "layer") return undefined;
    return own.get(taker.layer)?.length === 1 ? taker.layer : undefined;
  };
}
