import { type Body, define, type Local } from "../code/functions.ts";
import { four, type Lanes } from "../code/lanes.ts";
import { add, mul, type Type, type Value } from "../code/values.ts";
import { block } from "./convolution.ts";
import { at, eachLane, part, size } from "./loops.ts";

// Convolutions of 3 × 3 taps by Winograd's minimal filtering, F(2 × 2, 3 × 3) of Lavin & Gray 2016, "Fast Algorithms
// for Convolutional Neural Networks": a tile of 2 × 2 outputs takes 16 products for each pair of channels instead of
// 36. What is multiplied, place by place, are transforms to 4 × 4 numbers:
//
//   Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A        d: 4 × 4 inputs, g: 3 × 3 weights, Y: 2 × 2 outputs
//   dg = Gᵀ [Σ (Bᵀ d B) ⊙ (A dY Aᵀ)] G    the same read backwards, summed over all tiles
//
// All factors are 1, −1 and ½, so that results are as close as sums in another order. Infinity in an input makes
// all outputs of its tile NaN, where a plain sum has some of them infinite.

/** Numbers of a transformed tile. */
export const places = 16;

/** A product of a small matrix with a vector. */
type Transform = <T extends Type, M extends Type>(
  lanes: Lanes<T, M>,
  vector: readonly Value<T>[],
) => readonly Value<T>[];

/** Bᵀ of inputs. */
const ofInputs: Transform = (lanes, [a, b, c, d]) =>
  a && b && c && d ? [lanes.sub(a, c), lanes.add(b, c), lanes.sub(c, b), lanes.sub(b, d)] : [];

/** A of gradients of outputs. */
const ofGradients: Transform = (lanes, [a, b]) =>
  a && b ? [a, lanes.add(a, b), lanes.sub(a, b), lanes.sub(lanes.constant(0), b)] : [];

/** G of weights. */
const ofWeights: Transform = (lanes, [a, b, c]) => {
  if (!a || !b || !c) return [];
  const [outer, inner] = [lanes.add(a, c), b].map((value) => lanes.mul(value, lanes.constant(0.5)));
  return outer && inner ? [a, lanes.add(outer, inner), lanes.sub(outer, inner), c] : [];
};

/** Aᵀ: back to outputs. */
const toOutputs: Transform = (lanes, [a, b, c, d]) =>
  a && b && c && d ? [lanes.add(lanes.add(a, b), c), lanes.sub(lanes.sub(b, c), d)] : [];

/** Gᵀ: back to weights. */
const toWeights: Transform = (lanes, [a, b, c, d]) => {
  if (!a || !b || !c || !d) return [];
  const half = (value: typeof a) => lanes.mul(value, lanes.constant(0.5));
  const sum = half(lanes.add(b, c));
  return [lanes.add(a, sum), half(lanes.sub(b, c)), lanes.add(sum, d)];
};

/** The transform of a matrix's columns, then of its rows. */
function onBothSides<T extends Type, M extends Type>(
  body: Body,
  lanes: Lanes<T, M>,
  transform: Transform,
  matrix: readonly (readonly Value<T>[])[],
): Local<T>[][] {
  const named = (values: readonly Value<T>[]) => values.map((value) => body.local(value));
  const columns = transposed(matrix).map((column) => named(transform(lanes, named(column))));
  return transposed(columns).map((row) => named(transform(lanes, row)));
}

function transposed<V>(matrix: readonly (readonly V[])[]): V[][] {
  return (matrix[0] ?? []).map((_, i) => matrix.map((row) => row[i] as V));
}

/** A matrix of so many rows and columns, by row and column. */
function matrixOf<V>(rows: number, columns: number, value: (row: number, column: number) => V): V[][] {
  return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => value(i, j)));
}

/** Stores a transformed tile: its numbers lie `step` bytes from one another. */
function store<T extends Type, M extends Type>(
  body: Body,
  lanes: Lanes<T, M>,
  tile: readonly (readonly Value<T>[])[],
  to: Local<"i32">,
  step: Local<"i32">,
): void {
  const target = body.local(to);
  for (const value of tile.flat()) {
    body.run(lanes.store(target, value));
    body.increase(target, step);
  }
}

/**
 * Transforms a window of 4 × 4 pixels.
 * @param rowStride bytes from one row of pixels to the next
 */
export const transformInputs = define(
  "winogradInputs",
  ["from", "rowStride", "channels", "to", "step"],
  (body, { from, rowStride, channels, to, step }) => {
    const pixel = body.int(mul(size, channels));
    const pixels = matrixOf(4, 4, (row, column) => body.int(add(from, mul(row, rowStride), mul(column, pixel))));
    eachLane(body, channels, (lanes, offset) => {
      const window = pixels.map((row) => row.map((address) => lanes.load(add(address, offset))));
      store(body, lanes, onBothSides(body, lanes, ofInputs, window), body.int(add(to, offset)), step);
    });
  },
);

const corners = ["topLeft", "topRight", "bottomLeft", "bottomRight"] as const;

/** Transforms the gradients of 2 × 2 outputs, each at an address of its own. */
export const transformGradients = define(
  "winogradGradients",
  [...corners, "channels", "to", "step"] as const,
  (body, p) => {
    eachLane(body, p.channels, (lanes, offset) => {
      const tile = matrixOf(2, 2, (row, column) =>
        lanes.load(add(p[corners[2 * row + column] as (typeof corners)[number]], offset)),
      );
      store(body, lanes, onBothSides(body, lanes, ofGradients, tile), body.int(add(p.to, offset)), p.step);
    });
  },
);

/**
 * Transforms weights as `pack` leaves them, [blocks of outputs, 3, 3, inputs, 8], to [blocks of outputs, 16, inputs,
 * 8]. An item is a block.
 */
export const transformWeights = define(
  "winogradWeights",
  ["packed", "transformed", "inputs", "item", "thread"],
  (body, p) => {
    const place = body.int(mul(size, block, p.inputs));
    const from = body.int(add(p.packed, mul(p.item, 9, place)));
    const to = body.int(add(p.transformed, mul(p.item, places, place)));
    body.repeat(mul(block / four.width, p.inputs), () => {
      const taps = matrixOf(3, 3, (row, column) => four.load(add(from, mul(3 * row + column, place))));
      store(body, four, onBothSides(body, four, ofWeights, taps), to, place);
      body.increase(from, size * four.width);
      body.increase(to, size * four.width);
    });
  },
);

/** Takes sums of products, [16, count], back to weights, [3, 3, count]. An item is `share` of the count. */
export const restoreWeights = define(
  "winogradRestoredWeights",
  ["sums", "weights", "count", "share", "item", "thread"],
  (body, p) => {
    const { from, to } = part(body, p.item, p.share, p.count);
    const place = body.int(mul(size, p.count));
    const [sums, weights] = [body.int(at(p.sums, from)), body.int(at(p.weights, from))];
    eachLane(body, add(to, mul(-1, from)), (lanes, offset) => {
      const sum = matrixOf(4, 4, (row, column) => lanes.load(add(sums, offset, mul(4 * row + column, place))));
      store(body, lanes, onBothSides(body, lanes, toWeights, sum), body.int(add(weights, offset)), place);
    });
  },
);

/** The outputs of a tile for four channels, from products that lie `step` bytes from one another. */
export function outputsOf(body: Body, products: Local<"i32">, step: Local<"i32">): Local<"v128">[] {
  const matrix = matrixOf(4, 4, (row, column) => four.load(add(products, mul(4 * row + column, step))));
  return onBothSides(body, four, toOutputs, matrix).flat();
}
