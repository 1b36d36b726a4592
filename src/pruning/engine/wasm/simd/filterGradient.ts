import { type Body, define, type Local } from "../code/functions.ts";
import { four, type Lanes, one } from "../code/lanes.ts";
import { add, div, equal, type I32, type Int, mul, sub, type Type, type Value } from "../code/values.ts";
import { at, meeting, part, size } from "./loops.ts";

// The gradient of a convolution's filter is, for each of its taps, the product of two tall matrices: the inputs that
// the tap meets, transposed, and the output's gradients. Rows of both lie in memory as they are needed, so that
// neither padding, transposing nor im2col is: a tile of the result stays in registers while rows stream past.

/** Rows of a tile: input channels. More than four would not fit the 16 registers of x64. */
const tileRows = [4, 3, 2, 1] as const;
/** Columns of a tile: output channels. */
const tileColumns = [8, 4, 1] as const;

const tileParameters = ["x", "dy", "sum", "runs", "count", "xRun", "xStep", "dyRun", "dyStep", "sumRow"] as const;

/** Adds `runs` × `count` outer products of some of x's channels and some of dy's to a tile of sums. */
function tile(rows: number, columns: number) {
  return define(`filterTile${rows}x${columns}`, tileParameters, (body, p) => {
    if (columns === 1) accumulate(body, p, rows, 1, one);
    else accumulate(body, p, rows, columns / 4, four);
  });
}

function accumulate<T extends Type, M extends Type>(
  body: Body,
  p: Readonly<Record<(typeof tileParameters)[number], Local<"i32">>>,
  rows: number,
  vectors: number,
  lanes: Lanes<T, M>,
): void {
  const width = size * lanes.width;
  const sums = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: vectors }, (_, v) => body.local(lanes.load(add(p.sum, mul(row, p.sumRow)), width * v))),
  );
  body.repeat(p.runs, () => {
    const [x, dy] = [body.local(p.x), body.local(p.dy)];
    body.repeat(p.count, () => {
      const right = Array.from({ length: vectors }, (_, v) => body.local(lanes.load(dy, width * v)));
      sums.forEach((row, r) => {
        const left = body.local(lanes.loadOne(x, size * r));
        row.forEach((sum, v) => {
          body.set(sum, lanes.mulAdd(left, right[v] as Value<T>, sum));
        });
      });
      body.increase(x, p.xStep);
      body.increase(dy, p.dyStep);
    });
    body.increase(p.x, p.xRun);
    body.increase(p.dy, p.dyRun);
  });
  sums.forEach((row, r) => {
    row.forEach((sum, v) => {
      body.run(lanes.store(add(p.sum, mul(r, p.sumRow)), sum, width * v));
    });
  });
}

const tiles = tileRows.map((rows) => tileColumns.map((columns) => ({ rows, columns, run: tile(rows, columns) })));

/**
 * Gradient of a convolution's filter, summed over a share of the images, for a share of the input channels.
 *
 * x is [images, height, width, channels], dy [images, outHeight, outWidth, outChannels], both NHWC. An item is a
 * share of the images together with a share of the channels; each share of images adds to sums of its own, which lie
 * behind each other from `sums` on, [filterHeight, filterWidth, channels, outChannels], and must be 0 at first.
 * `band` is how many rows of the output are gone through for all taps before the next: as many as the cache holds.
 */
export const filterGradient = define(
  "filterGradient",
  [
    ...["x", "dy", "sums", "images", "height", "width", "channels", "outHeight", "outWidth", "outChannels"],
    ...["filterHeight", "filterWidth", "strideHeight", "strideWidth", "dilationHeight", "dilationWidth", "top", "left"],
    ...["imagesPerItem", "channelsPerItem", "channelItems", "band", "item", "thread"],
  ] as const,
  (body, p) => {
    const images = part(body, div(p.item, p.channelItems), p.imagesPerItem, p.images);
    const channels = part(
      body,
      sub(p.item, mul(div(p.item, p.channelItems), p.channelItems)),
      p.channelsPerItem,
      p.channels,
    );
    const filterSize = mul(p.filterHeight, p.filterWidth, p.channels, p.outChannels);
    const sums = body.int(at(p.sums, mul(div(p.item, p.channelItems), filterSize)));
    const xStep = body.int(mul(size, p.channels, p.strideWidth));
    const xRun = body.int(mul(size, p.channels, p.width, p.strideHeight));
    const dyStep = body.int(mul(size, p.outChannels));
    const dyRun = body.int(mul(dyStep, p.outWidth));
    const vertical = { dilation: p.dilationHeight, before: p.top, stride: p.strideHeight, input: p.height };
    const horizontal = { dilation: p.dilationWidth, before: p.left, stride: p.strideWidth, input: p.width };

    body.range(images.from, images.to, (image) => {
      body.range(0, div(add(p.outHeight, sub(p.band, 1)), p.band), (bandIndex) => {
        const rows = part(body, bandIndex, p.band, p.outHeight);
        body.range(0, p.filterHeight, (tapRow) => {
          const row = meeting(body, tapRow, vertical, rows);
          body.range(0, p.filterWidth, (tapColumn) => {
            const column = meeting(body, tapColumn, horizontal, { from: 0, to: p.outWidth });
            const xRow = add(mul(image, p.height), mul(row.first, p.strideHeight), row.offset);
            const xPlace = add(mul(xRow, p.width), mul(column.first, p.strideWidth), column.offset);
            const dyPlace = add(mul(add(mul(image, p.outHeight), row.first), p.outWidth), column.first);
            const tap = add(mul(tapRow, p.filterWidth), tapColumn);
            const walk = {
              x: body.int(at(p.x, mul(xPlace, p.channels))),
              dy: body.int(at(p.dy, mul(dyPlace, p.outChannels))),
              sum: body.int(at(sums, mul(tap, p.channels, p.outChannels))),
              runs: row.count,
              count: column.count,
              ...{ xRun, xStep, dyRun, dyStep, sumRow: dyStep },
            };
            eachTile(body, channels, p.outChannels, walk);
          });
        });
      });
    });
  },
);

/** Adds outer products to the sums of some input channels and all output channels, in tiles, the largest first. */
export function eachTile(
  body: Body,
  channels: { readonly from: Int; readonly to: I32 },
  outChannels: I32,
  walk: Readonly<Record<(typeof tileParameters)[number], I32>>,
): void {
  const channel = body.int(channels.from);
  const left = () => sub(channels.to, channel);
  const cover = (variants: (typeof tiles)[number]) => {
    const out = body.int(0);
    for (const { columns, run } of variants) {
      body.repeat(div(sub(outChannels, out), columns), () => {
        const sum = at(walk.sum, add(mul(channel, outChannels), out));
        body.call(run, { ...walk, x: at(walk.x, channel), dy: at(walk.dy, out), sum });
        body.increase(out, columns);
      });
    }
    body.increase(channel, variants[0]?.rows ?? 0);
  };
  const [widest, ...narrower] = tiles;
  if (widest) body.repeat(div(left(), tileRows[0]), () => cover(widest));
  for (const variants of narrower) {
    const rows = variants[0]?.rows ?? 0;
    body.when(equal(left(), rows), () => cover(variants));
  }
}
