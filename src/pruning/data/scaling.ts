import type { Dataset, Scaling, Split } from "./dataset.ts";

/** Mean and standard deviation (of the population) of x/255, per channel. */
export interface ChannelStatistics {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Statistics of all pixels of a split, exact: counted per value first. A constant channel has std 0. */
export function channelStatistics(split: Split, channels: number): ChannelStatistics {
  const each = Array.from({ length: channels }, (_, channel) =>
    statisticsOf(histogram(split.images, channel, channels)),
  );
  return { mean: each.map(({ mean }) => mean), std: each.map(({ std }) => std) };
}

/** How often each byte occurs among every `step`th, from `first` on. */
function histogram(bytes: Uint8Array, first: number, step: number): number[] {
  const counts = new Uint32Array(256);
  for (let i = first; i < bytes.length; i += step) {
    const value = bytes[i] as number;
    counts[value] = (counts[value] as number) + 1;
  }
  return [...counts];
}

function statisticsOf(counts: readonly number[]): { mean: number; std: number } {
  const pixels = counts.reduce((sum, n) => sum + n, 0);
  const mean = counts.reduce((sum, n, value) => sum + (n * value) / 255, 0) / pixels;
  const variance = counts.reduce((sum, n, value) => sum + n * (value / 255 - mean) ** 2, 0) / pixels;
  return { mean, std: Math.sqrt(variance) };
}

/**
 * The scalings that `auto` tries, commonest first. The statistics for `mean-std` are those of the training split,
 * as when the model was trained; only where there is none, of the test split's pixels (never its labels).
 */
export function candidateScalings(dataset: Dataset): readonly Scaling[] {
  const split = dataset.train ?? dataset.test;
  const plain: Scaling[] = [{ name: "x/255" }, { name: "x/127.5-1" }, { name: "raw" }];
  return split ? [...plain, { name: "mean-std", ...channelStatistics(split, dataset.channels) }] : plain;
}

/** The numbers a model is fed for examples `from` (included) to `to` (left out), NHWC like the bytes. */
export function scaleBatch(split: Split, from: number, to: number, scaling: Scaling, channels: number): Float32Array {
  const size = split.images.length / split.count;
  const bytes = split.images.subarray(from * size, to * size);
  const values = new Float32Array(bytes.length);
  for (let channel = 0; channel < channels; channel++) {
    const table = Float32Array.from({ length: 256 }, (_, value) => scaled(value, scaling, channel));
    for (let i = channel; i < bytes.length; i += channels) values[i] = table[bytes[i] as number] as number;
  }
  return values;
}

function scaled(value: number, scaling: Scaling, channel: number): number {
  switch (scaling.name) {
    case "x/255":
      return value / 255;
    case "x/127.5-1":
      return value / 127.5 - 1;
    case "raw":
      return value;
    case "mean-std":
      // A constant channel carries nothing: any divisor will do that is not zero.
      return (value / 255 - (scaling.mean[channel] as number)) / (scaling.std[channel] || 1);
  }
}
