import type { Member } from "./evidence.ts";

/** Filters as rows. */
export interface Rows {
  /** `count × length`, zeros behind shorter ones; and three more rows of zeros, so that four can be read from any. */
  readonly rows: Float32Array;
  readonly length: number;
  /** Which filters have any elements at all. */
  readonly present: readonly boolean[];
}

/** The elements of each filter, side by side, in the order of the kernels. */
export function rowsOf(member: Member, count: number): Rows {
  const lengths = new Int32Array(count);
  for (const { values, filterOf } of member) {
    for (let i = 0; i < values.length; i++) {
      const filter = filterOf(i);
      if (filter >= 0) lengths[filter] = (lengths[filter] as number) + 1;
    }
  }
  const length = lengths.reduce((a, b) => Math.max(a, b), 0);
  const rows = new Float32Array((count + 3) * length);
  const filled = new Int32Array(count);
  for (const { values, filterOf } of member) {
    for (let i = 0; i < values.length; i++) {
      const filter = filterOf(i);
      if (filter < 0) continue;
      const at = filled[filter] as number;
      rows[filter * length + at] = values[i] as number;
      filled[filter] = at + 1;
    }
  }
  return { rows, length, present: Array.from(lengths, (own) => own > 0) };
}
