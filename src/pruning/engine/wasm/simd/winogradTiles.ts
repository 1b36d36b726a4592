import { type Body, define, type Local } from "../code/functions.ts";
import { add, div, equal, type I32, type Int, int, less, max, min, mul, rem, select, sub } from "../code/values.ts";
import { size } from "./loops.ts";
import { transformInputs } from "./winograd.ts";

// Tiles of 2 × 2 outputs, numbered through all images, and the 4 × 4 inputs that each is computed from.

/** Where tiles lie: operands that kernels on tiles have in common. */
export const tileGeometry = [
  ...["height", "width", "channels", "outHeight", "outWidth", "outChannels", "top", "left"],
  ...["tiles", "tilesDown", "tilesAcross"],
] as const;

export type TileGeometry = Readonly<Record<(typeof tileGeometry)[number], I32>>;

/** A tile's image, and the row and column of its first output. */
export interface Tile {
  readonly image: Local<"i32">;
  readonly row: Local<"i32">;
  readonly column: Local<"i32">;
}

export function tileAt(body: Body, p: TileGeometry, index: Int): Tile {
  const number = body.int(index);
  const line = body.int(div(number, p.tilesAcross));
  return {
    image: body.int(div(line, p.tilesDown)),
    row: body.int(mul(2, rem(line, p.tilesDown))),
    column: body.int(mul(2, rem(number, p.tilesAcross))),
  };
}

/**
 * Addresses of a tile's 2 × 2 outputs.
 * @param first address of the tile's first output
 * @param strides bytes from one row of outputs and from one column to the next
 * @param outside address in place of outputs beyond the last row or column
 */
export function outputAddresses(
  body: Body,
  p: TileGeometry,
  { row, column }: Tile,
  first: I32,
  strides: { readonly row: I32; readonly column: I32 },
  outside: I32,
): Local<"i32">[] {
  const start = body.local(first);
  const isRight = body.int(less(add(column, 1), p.outWidth));
  const isBelow = body.int(less(add(row, 1), p.outHeight));
  const below = add(start, strides.row);
  return [
    start,
    body.int(select(isRight, add(start, strides.column), outside)),
    body.int(select(isBelow, below, outside)),
    body.int(select(isRight, select(isBelow, add(below, strides.column), outside), outside)),
  ];
}

/**
 * Transforms the inputs of one tile after the other, zeros outside the image: [16, tiles, channels] from `to` on.
 * @param patch memory for 4 × 4 pixels
 */
export const transformTiles = define(
  "winogradTiles",
  [...["x", "first", "count", "patch", "to", "step"], ...tileGeometry] as const,
  (body, p) => {
    const pixel = body.int(mul(size, p.channels));
    const target = body.local(p.to);
    body.range(0, p.count, (i) => {
      // Past the last tile, that one again: products are made of several tiles at a time.
      const tile = tileAt(body, p, min(add(p.first, i), sub(p.tiles, 1)));
      const [top, left] = [body.int(sub(tile.row, p.top)), body.int(sub(tile.column, p.left))];
      const rowStride = body.int(mul(pixel, p.width));
      const window = body.int(add(p.x, mul(pixel, add(mul(add(mul(tile.image, p.height), top), p.width), left))));
      const rows = { from: body.int(max(0, sub(0, top))), to: body.int(min(4, sub(p.height, top))) };
      const columns = { from: body.int(max(0, sub(0, left))), to: body.int(min(4, sub(p.width, left))) };
      const isInside = mul(equal(sub(rows.to, rows.from), 4), equal(sub(columns.to, columns.from), 4));
      body.when(equal(isInside, 0), () => {
        body.clear(p.patch, mul(16, pixel));
        body.when(less(columns.from, columns.to), () => {
          body.range(rows.from, rows.to, (row) => {
            const to = add(p.patch, mul(pixel, add(mul(4, row), columns.from)));
            const from = add(window, mul(row, rowStride), mul(pixel, columns.from));
            body.copy(to, from, mul(pixel, sub(columns.to, columns.from)));
          });
        });
        body.set(window, p.patch);
        body.set(rowStride, mul(4, pixel));
      });
      body.call(transformInputs, { from: window, rowStride, channels: p.channels, to: target, step: p.step });
      body.increase(target, pixel);
    });
  },
);

/** Bytes from one number of all transformed tiles to the next: a cache line more than they take, since steps of a
 * power of two would all meet in the same few lines of the cache. */
export function stepOf(tiles: Int, channels: Int): I32 {
  return add(mul(size, tiles, channels), int(64));
}
