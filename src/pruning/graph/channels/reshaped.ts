import type { Shape } from "../network.ts";
import type { ChannelIds } from "./channels.ts";
import { type AxisSymbols, channelsAt, holdAxes, indexAt, type Symbols } from "./symbols.ts";
import type { Tracer } from "./tracer.ts";

// Symbols where tensors are reshaped.

/** The same elements, row-major, in another shape. Axes whose lengths line up keep what stands on them. */
export function reshaped(symbols: Symbols, shape: Shape, tracer: Tracer): Symbols {
  const ids = openField(symbols);
  if (ids) return { shape, axes: [null, ...fieldOf(ids, shape.slice(1) as number[])] };
  const input = settled(symbols, tracer);
  const blocks = alignedBlocks(input.shape, shape);
  const met = new Set(blocks.flatMap(({ from }) => from));
  const lost = input.axes.map((_, axis) => axis).filter((axis) => !met.has(axis));
  holdAxes(input, lost, tracer, "folds these channels into lengths that the model leaves open");
  const axes: AxisSymbols[] = shape.map(() => null);
  for (const { from, to } of blocks) {
    const lengths = to.map((axis) => shape[axis] as number);
    for (const [i, entry] of refolded(input, from, lengths, tracer).entries()) axes[to[i] as number] = entry;
  }
  return { shape, axes };
}

/** The elements of a tensor that is one field as a whole, of which no layer has chosen an axis yet. */
function openField({ shape, axes }: Symbols): ChannelIds | undefined {
  const [, first = null] = axes;
  if (first === null || !("field" in first) || first.field.chosen !== undefined) return undefined;
  const { field } = first;
  const isWhole = axes
    .slice(1)
    .every((axis, i) => axis !== null && "field" in axis && axis.field === field && axis.at === i);
  return isWhole && field.lengths.length === shape.length - 1 ? field.ids : undefined;
}

/** A tensor whose fields have all chosen an axis: the last one, where nothing has chosen yet. */
function settled({ shape, axes }: Symbols, tracer: Tracer): Symbols {
  return { shape, axes: axes.map((_, i) => channelsAt({ shape, axes }, axes.length - 1 - i, tracer)).toReversed() };
}

/** Axes of two shapes that hold the same elements, the fewest together. */
interface Block {
  readonly from: number[];
  readonly to: number[];
}

/** Pairs runs of axes of equal product, from the last axis on, as far as known lengths tell. */
function alignedBlocks(before: Shape, after: Shape): Block[] {
  const blocks: Block[] = [];
  const isOpenAlike = knownProduct(before) === knownProduct(after);
  let i = before.length - 1;
  let j = after.length - 1;
  while (i > 0 && j > 0) {
    const from = [i];
    const to = [j];
    let a = before[i--] ?? null;
    let b = after[j--] ?? null;
    if (a === null && b === null && !isOpenAlike) return blocks;
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
  // Axes of length 1 that are left in front.
  const last = blocks.at(-1);
  for (; last && i > 0; i--) last.from.unshift(i);
  for (; last && j > 0; j--) last.to.unshift(j);
  return blocks;
}

const knownProduct = (shape: Shape): number => shape.reduce<number>((total, length) => total * (length ?? 1), 1);
const mapTimes = (a: number, b: number | null): number | null => (b === null ? null : a * b);

/** What stands on some axes, as axes of other lengths. */
function refolded(
  symbols: Symbols,
  over: readonly number[],
  lengths: readonly number[],
  tracer: Tracer,
): AxisSymbols[] {
  if (over.length === 1 && lengths.length === 1) return [symbols.axes[over[0] as number] ?? null];
  const elements = elementsOf(symbols, over, tracer);
  return elements ? spread(elements, lengths) : lengths.map(() => null);
}

/** The channel of each element over some axes; nothing where they count none. */
function elementsOf({ shape, axes }: Symbols, over: readonly number[], tracer: Tracer): ChannelIds | null {
  const lengths = over.map((axis) => shape[axis] as number);
  const counting = over
    .map((axis, at) => ({ at, channels: channelsAt({ shape, axes }, axis, tracer) }))
    .filter((entry): entry is { at: number; channels: ChannelIds } => entry.channels !== null);
  // The only channel of an axis never goes.
  const several = counting.filter(({ channels }) => channels.length > 1);
  const counted = several.at(-1) ?? counting.at(-1);
  if (!counted) return null;
  if (several.length > 1) {
    for (const { channels } of several)
      tracer.lock(channels, `Layer "${tracer.layer}" puts two axes of channels into one.`);
  }
  const size = lengths.reduce((product, length) => product * length, 1);
  return Int32Array.from({ length: size }, (_, i) => counted.channels[indexAt(lengths, i, counted.at)] as number);
}

/**
 * Elements as axes: channels of the one axis whose index alone tells them, else a field. Beside an axis of length 1,
 * which may be all that is left of several channels, that tells nothing.
 */
function spread(ids: ChannelIds, lengths: readonly number[]): AxisSymbols[] {
  if (lengths.includes(1)) return fieldOf(ids, lengths);
  const telling = lengths.map((_, at) => channelsAlong(ids, lengths, at));
  return telling.filter((channels) => channels !== null).length === 1 ? telling : fieldOf(ids, lengths);
}

/** The channel of each index along an axis; nothing where the other indices have a say too. */
function channelsAlong(ids: ChannelIds, lengths: readonly number[], at: number): ChannelIds | null {
  const channels = new Int32Array(lengths[at] as number).fill(-1);
  const alone = ids.every((id, i) => {
    const index = indexAt(lengths, i, at);
    if (channels[index] === -1) channels[index] = id;
    return channels[index] === id;
  });
  return alone ? channels : null;
}

/** Elements of which a later layer chooses the axis that counts them. */
function fieldOf(ids: ChannelIds, lengths: readonly number[]): AxisSymbols[] {
  if (lengths.length === 1) return [ids];
  const field = { ids, lengths };
  return lengths.map((_, at) => ({ field, at }));
}
