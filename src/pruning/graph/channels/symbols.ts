import type { Shape } from "../network.ts";
import type { ChannelIds } from "./channels.ts";
import type { Tracer } from "./tracer.ts";

/**
 * Elements over several axes, each with a channel of its own, as a dense layer gives to a reshape: which axis counts
 * the channels shows when a layer reads one. From then on the others count none.
 */
export interface Field {
  /** Row-major over `lengths`. */
  readonly ids: ChannelIds;
  readonly lengths: readonly number[];
  /** Index into `lengths`. */
  chosen?: number;
}

/** One axis of a field. */
interface FieldAxis {
  readonly field: Field;
  readonly at: number;
}

/** What stands along an axis of a tensor: channels, an axis of a field, or nothing that could be removed. */
export type AxisSymbols = ChannelIds | FieldAxis | null;

/** A tensor of symbols. */
export interface Symbols {
  /** Batch first. */
  readonly shape: Shape;
  /** One per axis of the shape. */
  readonly axes: readonly AxisSymbols[];
}

/** A tensor without channels. */
export function blank(shape: Shape): Symbols {
  return { shape, axes: shape.map(() => null) };
}

/** A tensor with channels along one axis. */
export function along(shape: Shape, axis: number, channels: ChannelIds | null): Symbols {
  return { shape, axes: shape.map((_, i) => (i === axis ? channels : null)) };
}

/** The channels along an axis; of a field, this chooses the axis. */
export function channelsAt({ axes }: Symbols, axis: number, tracer: Tracer): ChannelIds | null {
  const entry = axes[axis] ?? null;
  return entry !== null && "field" in entry ? choose(entry, tracer) : entry;
}

/**
 * The channels along the only axis that may lose any, as seen by a layer that counts on the lengths of the others:
 * what stands there is locked.
 * @param doing what the layer does along the others: `slides a window along these channels`
 */
export function onlyChannelsAt(symbols: Symbols, axis: number, tracer: Tracer, doing: string): ChannelIds | null {
  const channels = channelsAt(symbols, axis, tracer);
  holdAxes(
    symbols,
    symbols.axes.map((_, i) => i).filter((i) => i !== axis),
    tracer,
    doing,
  );
  return channels;
}

/** Locks the channels along some axes. @param doing what the layer does with them, as in `onlyChannelsAt` */
export function holdAxes(symbols: Symbols, axes: readonly number[], tracer: Tracer, doing: string): void {
  for (const axis of axes) {
    const channels = channelsAt(symbols, axis, tracer);
    if (channels) tracer.lock(channels, `Layer "${tracer.layer}" ${doing}.`);
  }
}

/** Locks all the channels of some tensors. @param doing what the layer does with them, as in `onlyChannelsAt` */
export function lockAll(tensors: readonly Symbols[], tracer: Tracer, doing: string): void {
  for (const channels of tensors.flatMap((each) => allChannels(each, tracer))) {
    tracer.lock(channels, `Layer "${tracer.layer}" ${doing}.`);
  }
}

/** All the channels of a tensor, axis by axis. */
export function allChannels(symbols: Symbols, tracer: Tracer): ChannelIds[] {
  // From the last axis on, which counts the channels of a field that nobody has read yet.
  return symbols.axes
    .map((_, i) => channelsAt(symbols, symbols.axes.length - 1 - i, tracer))
    .filter((ids) => ids !== null);
}

/** Makes one axis of a field the one that counts channels: elements that share its index are tied. */
function choose({ field, at }: FieldAxis, tracer: Tracer): ChannelIds | null {
  if (field.chosen === undefined) {
    const channels = slicesOf(field, at);
    for (let i = 0; i < field.ids.length; i++) {
      const first = channels[indexAt(field.lengths, i, at)] as number;
      tracer.tie(field.ids.subarray(i, i + 1), Int32Array.of(first));
    }
    field.chosen = at;
  }
  return field.chosen === at ? slicesOf(field, at) : null;
}

/** The first element of every slice across an axis of a field. */
function slicesOf({ ids, lengths }: Field, at: number): ChannelIds {
  const stride = strideOf(lengths, at);
  return Int32Array.from({ length: lengths[at] as number }, (_, i) => ids[i * stride] as number);
}

const strideOf = (lengths: readonly number[], at: number): number =>
  lengths.slice(at + 1).reduce((product, length) => product * length, 1);

/** Where an element of a shape lies along one axis. */
export function indexAt(lengths: readonly number[], element: number, at: number): number {
  return Math.floor(element / strideOf(lengths, at)) % (lengths[at] as number);
}
