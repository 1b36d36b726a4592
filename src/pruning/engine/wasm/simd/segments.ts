import { define } from "../code/functions.ts";
import { add, equal, less, loadInt, mul, select } from "../code/values.ts";
import { eachLane, size } from "./loops.ts";

/**
 * Adds each row of x, [rows, columns], to the row of sums that its number says; a number outside `[0, segments)`
 * leaves its row out. sums, [segments, columns], must be 0 at first. One item: rows may meet in any segment.
 */
export const sumSegments = define(
  "sumSegments",
  ["x", "numbers", "sums", "rows", "columns", "segments", "item", "thread"],
  (body, p) => {
    const row = body.int(p.x);
    const stride = body.int(mul(size, p.columns));
    body.range(0, p.rows, (i) => {
      const segment = body.int(loadInt(add(p.numbers, mul(size, i))));
      const outside = select(less(segment, 0), less(segment, 0), equal(less(segment, p.segments), 0));
      body.when(equal(outside, 0), () => {
        const sum = body.int(add(p.sums, mul(segment, stride)));
        eachLane(body, p.columns, (lanes, offset) => {
          const target = add(sum, offset);
          body.run(lanes.store(target, lanes.add(lanes.load(target), lanes.load(add(row, offset)))));
        });
      });
      body.increase(row, stride);
    });
  },
);
