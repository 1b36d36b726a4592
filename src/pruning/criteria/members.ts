import type { KernelView } from "./evidence.ts";

/** Sums over the elements of each channel; NaN for channels that no element belongs to. */
export function sums(views: readonly KernelView[], count: number, term: (value: number) => number): Float64Array {
  const totals = new Float64Array(count).fill(Number.NaN);
  for (const { values, filterOf } of views) {
    for (let i = 0; i < values.length; i++) {
      const channel = filterOf(i);
      if (channel >= 0) totals[channel] = (totals[channel] || 0) + term(values[i] as number);
    }
  }
  return totals;
}

/** The mean of what several say of each channel, those left out that say nothing (NaN). */
export function meanOf(opinions: readonly Float64Array[], count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, channel) => {
    const said = opinions.map((opinion) => opinion[channel] as number).filter((value) => !Number.isNaN(value));
    return said.reduce((sum, value) => sum + value, 0) / said.length;
  });
}
