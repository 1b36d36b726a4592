import { type Body, define, type Local } from "../code/functions.ts";
import { four, type Lanes, one } from "../code/lanes.ts";
import { add, div, type I32, type Int, mul, rem, sub, type Type, type Value } from "../code/values.ts";
import { at, eachLane, part, size } from "./loops.ts";

// Tensors seen as matrices [rows, columns]: channels last, everything else in the rows. An item of a reduction is a
// share of the rows together with a share of the columns; each share of rows leaves sums of its own, one row of
// `columns` floats behind the other.

const reduction = ["rows", "columns", "rowsPerItem", "columnsPerItem", "columnItems", "item", "thread"] as const;

/** Vectors of four columns that are summed side by side: a cache line. */
const abreast = 4;

/**
 * Sums down columns.
 * @param read called where a few columns begin, `offset` bytes from a row's first; gives what adds to each sum, from
 *   the distance in bytes of a row's columns
 */
function sumDown(
  body: Body,
  p: Readonly<Record<(typeof reduction)[number], Local<"i32">>>,
  sums: readonly Int[],
  read: <T extends Type, M extends Type>(lanes: Lanes<T, M>, offset: I32) => (place: I32) => readonly Value<T>[],
): void {
  const rows = part(body, div(p.item, p.columnItems), p.rowsPerItem, p.rows);
  const columns = part(body, rem(p.item, p.columnItems), p.columnsPerItem, p.columns);
  const stride = body.int(mul(size, p.columns));
  const offset = body.int(mul(size, columns.from));
  const target = body.int(mul(div(p.item, p.columnItems), stride));

  const strip = <T extends Type, M extends Type>(lanes: Lanes<T, M>, vectors: number) => {
    const width = size * lanes.width;
    const readers = Array.from({ length: vectors }, (_, v) => read(lanes, add(offset, width * v)));
    const totals = readers.map(() => sums.map(() => body.local(lanes.constant(0))));
    const place = body.int(add(mul(rows.from, stride), offset));
    body.repeat(sub(rows.to, rows.from), () => {
      readers.forEach((terms, v) => {
        terms(add(place, width * v)).forEach((term, i) => {
          const total = totals[v]?.[i];
          if (total) body.set(total, lanes.add(total, term));
        });
      });
      body.increase(place, stride);
    });
    totals.forEach((row, v) => {
      row.forEach((total, i) => {
        body.run(lanes.store(add(sums[i] as Int, target, offset), total, width * v));
      });
    });
    body.increase(offset, width * vectors);
  };

  const count = body.int(sub(columns.to, columns.from));
  body.repeat(div(count, four.width * abreast), () => strip(four, abreast));
  body.repeat(rem(div(count, four.width), abreast), () => strip(four, 1));
  body.repeat(rem(count, four.width), () => strip(one, 1));
}

/** Sums of columns. */
export const sumRows = define("sumRows", [...["x", "sums"], ...reduction] as const, (body, p) => {
  sumDown(body, p, [p.sums], (lanes) => (place) => [lanes.load(add(p.x, place))]);
});

/** Sums of squared distances from a number for each column. */
export const sumSquares = define("sumSquares", [...["x", "mean", "sums"], ...reduction] as const, (body, p) => {
  sumDown(body, p, [p.sums], (lanes, offset) => {
    const mean = body.local(lanes.load(add(p.mean, offset)));
    return (place) => {
      const distance = body.local(lanes.sub(lanes.load(add(p.x, place)), mean));
      return [lanes.mul(distance, distance)];
    };
  });
});

/** Sums of dy, and of dy times x's distance from a number for each column. */
export const sumProducts = define(
  "sumProducts",
  [...["x", "dy", "mean", "sums", "products"], ...reduction] as const,
  (body, p) => {
    sumDown(body, p, [p.sums, p.products], (lanes, offset) => {
      const mean = body.local(lanes.load(add(p.mean, offset)));
      return (place) => {
        const dy = body.local(lanes.load(add(p.dy, place)));
        return [dy, lanes.mul(dy, lanes.sub(lanes.load(add(p.x, place)), mean))];
      };
    });
  },
);

const map = ["rows", "columns", "rowsPerItem", "item", "thread"] as const;

/** Goes through an item's rows; `write` gets the distance in bytes of a float, and of its column. */
function eachFloat(
  body: Body,
  p: Readonly<Record<(typeof map)[number], Local<"i32">>>,
  write: <T extends Type, M extends Type>(lanes: Lanes<T, M>, place: I32, column: I32) => void,
): void {
  const rows = part(body, p.item, p.rowsPerItem, p.rows);
  const row = body.int(at(0, mul(rows.from, p.columns)));
  body.repeat(sub(rows.to, rows.from), () => {
    eachLane(body, p.columns, (lanes, column) => write(lanes, add(row, column), column));
    body.increase(row, mul(size, p.columns));
  });
}

/** y = (x − mean) · factor + offset, with numbers for each column. */
export const normaliseColumns = define(
  "normaliseColumns",
  [...["x", "mean", "factor", "offset", "y"], ...map] as const,
  (body, p) => {
    eachFloat(body, p, (lanes, place, column) => {
      const distance = lanes.sub(lanes.load(add(p.x, place)), lanes.load(add(p.mean, column)));
      const scaled = lanes.mul(distance, lanes.load(add(p.factor, column)));
      body.run(lanes.store(add(p.y, place), lanes.add(scaled, lanes.load(add(p.offset, column)))));
    });
  },
);

/** dx = a · dy + b · (x − mean) + c, with numbers for each column. */
export const combineColumns = define(
  "combineColumns",
  [...["x", "dy", "mean", "a", "b", "c", "dx"], ...map] as const,
  (body, p) => {
    eachFloat(body, p, (lanes, place, column) => {
      const distance = lanes.sub(lanes.load(add(p.x, place)), lanes.load(add(p.mean, column)));
      const first = lanes.mul(lanes.load(add(p.dy, place)), lanes.load(add(p.a, column)));
      const second = lanes.mul(distance, lanes.load(add(p.b, column)));
      const sum = lanes.add(lanes.add(first, second), lanes.load(add(p.c, column)));
      body.run(lanes.store(add(p.dx, place), sum));
    });
  },
);
