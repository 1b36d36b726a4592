// How numbers read, everywhere the same.

/** A share of 0 to 1 in per cent with one decimal, without a trailing `.0`: `60 %`, `12.5 %`. */
export function formatShare(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

/** Up to four significant digits: `0.01`, `1.235`. */
export function formatNumber(value: number): string {
  return `${Number(value.toPrecision(4))}`;
}

/** A whole number with thousands separators: `145,578`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}
