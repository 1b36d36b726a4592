import type { ChannelIds, Channels, Removal } from "../graph/channels/channels.ts";
import { countKept } from "../graph/channels/removal.ts";
import { kernelsOf, type Network } from "../graph/network.ts";
import { type Model, sizeOf, type Weight } from "../model/model.ts";
import { isParameter } from "./counts.ts";

/** What is left of a model once some of its channels are gone. */
export interface ChannelCounts {
  /** As in `Counts`. */
  readonly parameters: number;
  /** As in `Counts`. */
  readonly macs: number | null;
  /** Of all weights as they are stored, an optimiser's left out. */
  readonly weightBytes: number;
}

/**
 * Counts what removals leave of a model, without removing anything: every weight shrinks along the axes that count
 * channels, and in every layer each element of every kernel is used equally often.
 */
export function channelCounter(
  model: Model,
  network: Network,
  channels: Channels,
): (removal: Removal) => ChannelCounts {
  const uses = usesOf(model, network);
  const weights = [...model.weights.values()]
    .filter(({ group }) => group !== "optimizer")
    .map((weight) => countedWeight(weight, channels, uses.get(weight.name) ?? 0));
  const known = network.layers.every(({ macs }) => macs !== null);
  return (removal) => {
    let parameters = 0;
    let macs = 0;
    let weightBytes = 0;
    for (const { lengths, axes, isParameter, uses, elementBytes } of weights) {
      let elements = lengths;
      for (const axis of axes) elements *= countKept(axis, removal);
      if (isParameter) parameters += elements;
      macs += uses * elements;
      weightBytes += elementBytes * elements;
    }
    return { parameters, macs: known ? macs : null, weightBytes };
  };
}

/** A weight as a product of lengths, some of which shrink. */
interface CountedWeight {
  /** Product of those that stay. */
  readonly lengths: number;
  readonly axes: readonly ChannelIds[];
  readonly isParameter: boolean;
  /** How many times one example multiplies each element. */
  readonly uses: number;
  readonly elementBytes: number;
}

function countedWeight(weight: Weight, { weights }: Channels, uses: number): CountedWeight {
  const axes = weights.get(weight.name) ?? [];
  const elements = sizeOf(weight.shape);
  return {
    lengths: sizeOf(weight.shape.filter((_, axis) => !axes[axis])),
    axes: axes.flatMap((axis) => (axis ? [axis.channels] : [])),
    isParameter: isParameter(weight),
    uses,
    elementBytes: elements > 0 ? weight.bytes.byteLength / elements : 0,
  };
}

/** How many times one example multiplies each element of every kernel, by weight name; 0 where that is unknown. */
function usesOf(model: Model, network: Network): Map<string, number> {
  return new Map(
    network.layers.flatMap((layer) => {
      const kernels = kernelsOf(layer).map(({ name }) => name);
      const elements = kernels.reduce((sum, name) => sum + sizeOf(model.weights.get(name)?.shape ?? [0]), 0);
      return kernels.map((name): [string, number] => [name, (layer.macs ?? 0) / elements]);
    }),
  );
}
