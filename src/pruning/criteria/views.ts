import type { ChannelGroup, Channels, ChannelUse } from "../graph/channels/channels.ts";
import { kernelsOf, type Layer, type LayerWeight, type Network } from "../graph/network.ts";
import { type Model, sizeOf, type Weight } from "../model/model.ts";
import { exactValues } from "../model/zero.ts";
import type { KernelView, Member } from "./evidence.ts";

/** A kernel that counts a layer's filters along some of its axes: row-major, gate by gate. */
export interface CountedKernel {
  readonly weight: Weight;
  readonly filterAxes: readonly number[];
  /** Packed side by side along the last of these axes; 1 where there are none. */
  readonly gates: number;
  /** How many filters. */
  readonly count: number;
}

/**
 * The kernels of a layer that count its filters: the last kernel, and those that count along the same axes, as in
 * recurrent layers. In a separable convolution the pointwise kernel alone does.
 */
export function countedKernels(model: Model, layer: Layer): CountedKernel[] {
  const kernels = kernelsOf(layer).flatMap(({ name, filterAxes, gates = 1 }) => {
    if (!filterAxes) return [];
    const weight = model.weights.get(name) as Weight;
    const columns = sizeOf(filterAxes.map((axis) => weight.shape[axis] as number));
    return [{ weight, filterAxes, gates, count: columns / gates }];
  });
  const last = kernels.at(-1);
  return kernels.filter(({ filterAxes, count }) => count === last?.count && `${filterAxes}` === `${last.filterAxes}`);
}

/** A kernel seen filter by filter. */
export function viewOf({ weight, filterAxes, count }: CountedKernel): KernelView {
  const indexOf = rowMajorIndex(weight.shape, filterAxes);
  return { values: exactValues(weight), count, filterOf: (i) => indexOf(i) % count };
}

/** The kernels that count a layer's filters, seen filter by filter. */
export const kernelViews = (model: Model, layer: Layer): KernelView[] => countedKernels(model, layer).map(viewOf);

/** Where an element of a shape lies along some of its axes, counted row-major over these. */
function rowMajorIndex(shape: readonly number[], axes: readonly number[]): (element: number) => number {
  const strides = axes.map((axis) => sizeOf(shape.slice(axis + 1)));
  const lengths = axes.map((axis) => shape[axis] as number);
  return (element) => {
    let index = 0;
    for (let a = 0; a < axes.length; a++) {
      const length = lengths[a] as number;
      index = index * length + (Math.floor(element / (strides[a] as number)) % length);
    }
    return index;
  };
}

/** A model, its layers and its channels. */
export interface Subject {
  readonly model: Model;
  readonly network: Network;
  readonly channels: Channels;
}

/**
 * Which layers have a say in a group's score: those that `make` its channels, as the field scores filters, or `all`
 * that hold weights for them, as DepGraph does: batch normalisations, depthwise kernels and the layers that read them.
 */
export const memberships = ["makers", "all"] as const;
export type Membership = (typeof memberships)[number];

/** The layers that have a say in a group, each kernel seen by the group's channels in their order. */
export function membersOf(subject: Subject, group: ChannelGroup, membership: Membership): Member[] {
  const members = viewsBy(subject, group, group.makers, "makes", isKernel);
  if (membership === "makers") return members;
  return [
    ...members,
    ...viewsBy(subject, group, group.followers, "follows", isKernel),
    ...scalesOf(subject, group).map((scale) => [scale]),
    ...viewsBy(subject, group, group.readers, "reads", isKernel),
  ];
}

/** The scale γ of each batch normalisation of a group, seen by the group's channels in their order. */
export function scalesOf(subject: Subject, group: Pick<ChannelGroup, "channels" | "followers">): KernelView[] {
  return viewsBy(subject, group, group.followers, "follows", isScale).flat();
}

/**
 * The channel of each filter of a layer, as its kernels make them; once where several gates or kernels make the same.
 * None for layers that make no channels.
 */
export function channelsMade({ weights }: Layer, channels: Channels): Int32Array {
  const made = weights.flatMap(({ name, role, gates = 1 }) => {
    const ids = channels.weights.get(name)?.find((axis) => axis?.use === "makes")?.channels;
    return role === "kernel" && ids ? [ids.subarray(0, ids.length / gates)] : [];
  });
  const distinct = new Map(made.map((ids) => [`${ids}`, ids]));
  return Int32Array.from([...distinct.values()].flatMap((ids) => [...ids]));
}

/**
 * The channels that each filter of a layer carries, by the filter's index: those it makes, or, of a depthwise kernel, the
 * one it follows. One channel as a rule; two where directions of a recurrent layer are counted together; none where
 * nothing is known of it.
 */
export function filterChannels({ model, channels }: Pick<Subject, "model" | "channels">, layer: Layer): number[][] {
  const kernels = countedKernels(model, layer);
  return Array.from({ length: kernels[0]?.count ?? 0 }, (_, filter) => {
    const carried = kernels.flatMap(({ weight, filterAxes }) => {
      const axes = channels.weights.get(weight.name) ?? [];
      const along = filterAxes.find((axis) => axes[axis] && axes[axis].use !== "reads");
      const within = sizeOf(
        filterAxes.filter((axis) => axis > (along ?? 0)).map((axis) => weight.shape[axis] as number),
      );
      const channel = along === undefined ? undefined : axes[along]?.channels[Math.floor(filter / within)];
      return channel === undefined ? [] : [channel];
    });
    return [...new Set(carried)];
  });
}

const isKernel = ({ role }: LayerWeight): boolean => role === "kernel";
const isScale = ({ name, role }: LayerWeight, { type }: Layer): boolean =>
  type === "BatchNormalization" && role === "normalization" && name.endsWith("gamma");

/** By layer: its weights of one kind that use a group's channels in one way. */
function viewsBy(
  { model, network, channels }: Subject,
  group: Pick<ChannelGroup, "channels">,
  names: readonly string[],
  use: ChannelUse,
  wanted: (weight: LayerWeight, layer: Layer) => boolean,
): KernelView[][] {
  const places = placesOf(channels, group);
  return network.layers
    .filter(({ name }) => names.includes(name))
    .map((layer) =>
      layer.weights
        .filter((weight) => wanted(weight, layer))
        .flatMap(({ name }) => {
          const axes = channels.weights.get(name) ?? [];
          const axis = axes.findIndex((each) => each?.use === use);
          const ids = axes[axis]?.channels;
          return ids ? [viewAlong(model.weights.get(name) as Weight, axis, ids, places, group.channels.length)] : [];
        }),
    )
    .filter((views) => views.length > 0);
}

/** Where each channel of a network stands among those of a group; −1 for others. */
export function placesOf({ count }: Pick<Channels, "count">, { channels }: Pick<ChannelGroup, "channels">): Int32Array {
  const places = new Int32Array(count).fill(-1);
  for (const [place, channel] of channels.entries()) places[channel] = place;
  return places;
}

function viewAlong(weight: Weight, axis: number, ids: Int32Array, places: Int32Array, count: number): KernelView {
  const stride = sizeOf(weight.shape.slice(axis + 1));
  const along = ids.map((id) => places[id] as number);
  return {
    values: exactValues(weight),
    count,
    filterOf: (i) => along[Math.floor(i / stride) % along.length] as number,
  };
}
