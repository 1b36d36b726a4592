import { count, share as shares } from "./metrics/quantities.ts";

// How numbers read in labels and sentences, where nothing stands in columns.

/** A share of 0 to 1 in per cent, without a trailing `.0`: `60 %`, `12.5 %`; never `100 %` short of all. */
export function formatShare(share: number): string {
  return shares.format(share).replace(/\.0 %$/, " %");
}

/** Up to four significant digits: `0.01`, `1.235`. */
export function formatNumber(value: number): string {
  return `${Number(value.toPrecision(4))}`;
}

/** A whole number with thousands separators: `145,578`. */
export const formatCount: (value: number) => string = count.format;
