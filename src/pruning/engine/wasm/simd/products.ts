import { define } from "../code/functions.ts";
import { add, div, divUp, int, min, mul, rem, sub } from "../code/values.ts";
import { eachTile } from "./filterGradient.ts";
import { at, part, size } from "./loops.ts";

/**
 * aᵀ · b of matrices [inner, rows] and [inner, columns]. An item is a share of `inner` together with a share of the
 * rows; each share of `inner` adds to sums of its own, [rows, columns], which lie behind each other and must be 0 at
 * first. `atOnce` is how much of `inner` is gone through for all tiles before the next: as much as the cache holds.
 */
export const transposedProduct = define(
  "transposedProduct",
  [
    ...["a", "b", "sums", "inner", "rows", "columns", "innerPerItem", "rowsPerItem", "rowItems", "atOnce"],
    ...["item", "thread"],
  ] as const,
  (body, p) => {
    const share = body.int(div(p.item, p.rowItems));
    const inner = part(body, share, p.innerPerItem, p.inner);
    const rows = part(body, rem(p.item, p.rowItems), p.rowsPerItem, p.rows);
    const sum = body.int(at(p.sums, mul(share, p.rows, p.columns)));
    const [xStep, dyStep] = [body.int(mul(size, p.rows)), body.int(mul(size, p.columns))];
    body.range(0, divUp(sub(inner.to, inner.from), p.atOnce), (round) => {
      const first = body.int(add(inner.from, mul(round, p.atOnce)));
      eachTile(body, rows, p.columns, {
        x: body.int(add(p.a, mul(first, xStep))),
        dy: body.int(add(p.b, mul(first, dyStep))),
        count: body.int(min(p.atOnce, sub(inner.to, first))),
        ...{ sum, runs: int(1), xRun: int(0), dyRun: int(0), xStep, dyStep, sumRow: dyStep },
      });
    });
  },
);
