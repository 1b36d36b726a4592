import type { Shape } from "../network.ts";
import type { ChannelAxes, ChannelAxis, ChannelIds } from "./channels.ts";
import { type AxisSymbols, channelsAt, type Symbols } from "./symbols.ts";
import type { Tracer } from "./tracer.ts";

// Symbols where tensors are joined and merged.

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
  return {
    shape,
    axes: eachAxis(inputs, shape, (each) =>
      each === axis ? sideBySide(inputs, axis, tracer) : tieAxis(inputs, each, shape, tracer),
    ),
  };
}

function sideBySide(inputs: readonly Symbols[], axis: number, tracer: Tracer): ChannelIds | null {
  const parts = inputs.map((input) => channelsAt(input, axis, tracer));
  if (parts.every((part) => part === null)) return null;
  const reason = `Layer "${tracer.layer}" joins these channels, which no layer makes, with others.`;
  return Int32Array.from(parts.flatMap((part, i) => [...(part ?? tracer.fixed(inputs[i]?.shape[axis] ?? 0, reason))]));
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
  return { shape, axes: eachAxis(aligned, shape, (axis) => tieAxis(aligned, axis, shape, tracer)) };
}

/** What becomes of tensors of one rank, axis by axis. */
function eachAxis(
  inputs: readonly Symbols[],
  shape: Shape,
  become: (axis: number) => ChannelIds | null,
): AxisSymbols[] {
  const counted = shape.map((_, axis) => inputs.some(({ axes }) => isPlain(axes[axis])));
  // Fields take after the others where these say which axis counts channels, and else count on their last one.
  const order = shape.map((_, axis) => axis).sort((a, b) => Number(counted[b]) - Number(counted[a]) || b - a);
  const entries: AxisSymbols[] = shape.map(() => null);
  for (const axis of order) entries[axis] = become(axis);
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
    tracer.lock(first, `Layer "${tracer.layer}" merges these channels with as many values that no layer makes.`);
  }
  return first;
}

const isPlain = (entry: AxisSymbols | undefined): boolean =>
  entry !== null && entry !== undefined && !("field" in entry);
