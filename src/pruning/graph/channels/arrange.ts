import type { Shape } from "../network.ts";
import type { ChannelAxes, ChannelAxis, ChannelIds } from "./channels.ts";
import { type AxisSymbols, channelsAt, indexAt, type Symbols } from "./symbols.ts";
import type { Tracer } from "./tracer.ts";

// Symbols where tensors are reshaped, joined and merged.

/** The same elements, row-major, in another shape. Axes whose lengths line up keep what stands on them. */
export function reshaped(symbols: Symbols, shape: Shape, tracer: Tracer): Symbols {
  const axes: AxisSymbols[] = shape.map(() => null);
  for (const { from, to } of alignedBlocks(symbols.shape, shape)) {
    if (from.length === 1 && to.length === 1) {
      axes[to[0] as number] = symbols.axes[from[0] as number] ?? null;
      continue;
    }
    const elements = elementsOf(symbols, from, tracer);
    if (!elements) continue;
    const lengths = to.map((axis) => shape[axis] as number);
    for (const [i, entry] of spread(elements, lengths).entries()) axes[to[i] as number] = entry;
  }
  return { shape, axes };
}

/** Axes of two shapes that hold the same elements, the fewest together. */
interface Block {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Pairs runs of axes of equal product, from the last axis on; open lengths, which only the batch may have, end it. */
function alignedBlocks(before: Shape, after: Shape): Block[] {
  const blocks: Block[] = [];
  let i = before.length - 1;
  let j = after.length - 1;
  while (i > 0 && j > 0) {
    const from = [i];
    const to = [j];
    let a = before[i--] ?? null;
    let b = after[j--] ?? null;
    while (a !== b) {
      if (a === null || b === null) return blocks;
      if (a < b) {
        if (i === 0) return blocks;
        from.unshift(i);
        a = mapTimes(a, before[i--] ?? null);
      } else {
        if (j === 0) return blocks;
        to.unshift(j);
        b = mapTimes(b, after[j--] ?? null);
      }
    }
    blocks.push({ from, to });
  }
  return blocks;
}

const mapTimes = (a: number, b: number | null): number | null => (b === null ? null : a * b);

/** The channel of each element over some axes; nothing where they count none. */
function elementsOf({ shape, axes }: Symbols, over: readonly number[], tracer: Tracer): ChannelIds | null {
  const lengths = over.map((axis) => shape[axis] as number);
  const first = axes[over[0] as number] ?? null;
  if (
    first !== null &&
    "field" in first &&
    first.field.chosen === undefined &&
    `${first.field.lengths}` === `${lengths}`
  ) {
    return first.field.ids;
  }
  const counting = over
    .map((axis, at) => ({ at, channels: channelsAt({ shape, axes }, axis, tracer) }))
    .filter((entry): entry is { at: number; channels: ChannelIds } => entry.channels !== null);
  const last = counting.at(-1);
  if (!last) return null;
  if (counting.length > 1) {
    for (const { channels } of counting)
      tracer.lock(channels, `Layer "${tracer.layer}" puts two axes of them into one.`);
  }
  const size = lengths.reduce((product, length) => product * length, 1);
  return Int32Array.from({ length: size }, (_, i) => last.channels[indexAt(lengths, i, last.at)] as number);
}

/** Elements as axes: channels of one axis where they depend on its index alone, else a field. */
function spread(ids: ChannelIds, lengths: readonly number[]): AxisSymbols[] {
  if (lengths.length === 1) return [ids];
  for (const [at, length] of lengths.entries()) {
    const channels = new Int32Array(length).fill(-1);
    const alone = ids.every((id, i) => {
      const index = indexAt(lengths, i, at);
      if (channels[index] === -1) channels[index] = id;
      return channels[index] === id;
    });
    if (alone) return lengths.map((_, other) => (other === at ? channels : null));
  }
  const field = { ids, lengths };
  return lengths.map((_, at) => ({ field, at }));
}

/** Ties the channels of weights to those of others like them, axis by axis: of a layer called again, say. */
export function tieWeights(some: readonly ChannelAxes[], others: readonly ChannelAxes[], tracer: Tracer): void {
  for (const [i, axes] of some.entries()) {
    for (const [axis, entry] of axes.entries()) {
      const other = others[i]?.[axis] ?? null;
      if (entry && other) tracer.tie(entry.channels, other.channels);
      else if (entry ?? other) {
        // Read once from a layer and once from something that no layer makes.
        tracer.lock(
          (entry ?? (other as ChannelAxis)).channels,
          `Layer "${tracer.layer}" is shared with inputs that no layer makes.`,
        );
      }
    }
  }
}

/** Tensors joined along an axis: along the others their channels are tied. */
export function joined(inputs: readonly Symbols[], axis: number, shape: Shape, tracer: Tracer): Symbols {
  const tied = tieAxes(inputs, shape, tracer, axis);
  const parts = inputs.map((input) => channelsAt(input, axis, tracer));
  if (parts.every((part) => part === null)) return { shape, axes: tied };
  const reason = `Layer "${tracer.layer}" joins them with others; no layer makes them.`;
  const ids = parts.flatMap((part, i) => [...(part ?? tracer.fixed(inputs[i]?.shape[axis] ?? 0, reason))]);
  return { shape, axes: tied.map((entry, i) => (i === axis ? Int32Array.from(ids) : entry)) };
}

/** Tensors merged element by element, broadcast from the last axis: channels that meet are tied. */
export function merged(inputs: readonly Symbols[], shape: Shape, tracer: Tracer): Symbols {
  const aligned = inputs.map(({ shape: own, axes }) => {
    const lead = shape.length - own.length;
    return {
      // The batch stays in front, as tfjs adds axes behind it.
      shape: shape.map((_, i) => (i === 0 ? (own[0] ?? null) : i <= lead ? 1 : (own[i - lead] ?? null))),
      axes: shape.map((_, i) => (i <= lead ? null : (axes[i - lead] ?? null))),
    };
  });
  return { shape, axes: tieAxes(aligned, shape, tracer) };
}

/** Ties what stands on each axis of tensors of one rank, but for one axis, on which they may differ. */
function tieAxes(inputs: readonly Symbols[], shape: Shape, tracer: Tracer, except?: number): AxisSymbols[] {
  const counted = shape.map((_, axis) => inputs.some(({ axes }) => isPlain(axes[axis])));
  // Fields take after the others where these say which axis counts channels, and else count on their last one.
  const order = shape.map((_, axis) => axis).sort((a, b) => Number(counted[b]) - Number(counted[a]) || b - a);
  const entries: AxisSymbols[] = shape.map(() => null);
  for (const axis of order) if (axis !== except) entries[axis] = tieAxis(inputs, axis, shape, tracer);
  return entries;
}

function tieAxis(inputs: readonly Symbols[], axis: number, shape: Shape, tracer: Tracer): ChannelIds | null {
  const lengths = inputs.map((input) => input.shape[axis] ?? null);
  const all = inputs.map((input) => channelsAt(input, axis, tracer));
  const full = all.filter((_, i) => lengths[i] === shape[axis]);
  const present = full.filter((channels) => channels !== null);
  const [first, ...others] = present;
  for (const [i, channels] of all.entries()) {
    if (channels && lengths[i] !== shape[axis]) {
      tracer.lock(channels, `Layer "${tracer.layer}" stretches it over all channels of another input.`);
    }
  }
  if (!first) return null;
  for (const other of others) tracer.tie(first, other);
  if (present.length < full.length) {
    tracer.lock(first, `Layer "${tracer.layer}" merges them with as many values that no layer makes.`);
  }
  return first;
}

const isPlain = (entry: AxisSymbols | undefined): boolean =>
  entry !== null && entry !== undefined && !("field" in entry);
