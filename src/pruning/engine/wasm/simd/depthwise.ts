import { type Body, define, type Local } from "../code/functions.ts";
import { add, mul } from "../code/values.ts";
import { at, eachLane, meeting, part, size } from "./loops.ts";

// Gradients of depthwise convolutions with one output channel for each input channel, NHWC.

const geometry = [
  ...["images", "height", "width", "channels", "outHeight", "outWidth", "filterHeight", "filterWidth"],
  ...["strideHeight", "strideWidth", "dilationHeight", "dilationWidth", "top", "left"],
  ...["imagesPerItem", "item", "thread"],
] as const;

type Geometry = Readonly<Record<(typeof geometry)[number], Local<"i32">>>;

/** A run of output positions in one row, and the inputs that one tap meets there. Distances in bytes. */
interface Run {
  readonly x: Local<"i32">;
  readonly xStep: Local<"i32">;
  readonly dy: Local<"i32">;
  readonly dyStep: Local<"i32">;
  readonly tap: Local<"i32">;
  readonly count: Local<"i32">;
}

/** Goes through the rows of an item's images, and for each of them through the filter's taps. */
function eachRun(body: Body, p: Geometry, round: (run: Run) => void): void {
  const images = part(body, p.item, p.imagesPerItem, p.images);
  const xStep = body.int(mul(size, p.channels, p.strideWidth));
  const dyStep = body.int(mul(size, p.channels));
  const vertical = { dilation: p.dilationHeight, before: p.top, stride: p.strideHeight, input: p.height };
  const horizontal = { dilation: p.dilationWidth, before: p.left, stride: p.strideWidth, input: p.width };
  body.range(images.from, images.to, (image) => {
    body.range(0, p.outHeight, (i) => {
      const nextRow = body.int(add(i, 1));
      body.range(0, p.filterHeight, (tapRow) => {
        const row = meeting(body, tapRow, vertical, { from: i, to: nextRow });
        body.repeat(row.count, () => {
          body.range(0, p.filterWidth, (tapColumn) => {
            const column = meeting(body, tapColumn, horizontal, { from: 0, to: p.outWidth });
            const xRow = add(mul(image, p.height), mul(i, p.strideHeight), row.offset);
            const xPlace = add(mul(xRow, p.width), mul(column.first, p.strideWidth), column.offset);
            const dyPlace = add(mul(add(mul(image, p.outHeight), i), p.outWidth), column.first);
            round({
              x: body.int(at(0, mul(xPlace, p.channels))),
              dy: body.int(at(0, mul(dyPlace, p.channels))),
              tap: body.int(at(0, mul(add(mul(tapRow, p.filterWidth), tapColumn), p.channels))),
              count: column.count,
              ...{ xStep, dyStep },
            });
          });
        });
      });
    });
  });
}

/**
 * Gradient of the filter. Each item adds to sums of its own, [filterHeight, filterWidth, channels], which lie behind
 * each other and must be 0 at first. An item is a share of the images.
 */
export const depthwiseFilterGradient = define(
  "depthwiseFilterGradient",
  [...["x", "dy", "sums"], ...geometry] as const,
  (body, p) => {
    const sums = body.int(at(p.sums, mul(p.item, p.filterHeight, p.filterWidth, p.channels)));
    eachRun(body, p, (run) => {
      eachLane(body, p.channels, (lanes, channel) => {
        const target = add(sums, run.tap, channel);
        const sum = body.local(lanes.load(target));
        const [x, dy] = [body.int(add(p.x, run.x, channel)), body.int(add(p.dy, run.dy, channel))];
        body.repeat(run.count, () => {
          body.set(sum, lanes.add(sum, lanes.mul(lanes.load(x), lanes.load(dy))));
          body.increase(x, run.xStep);
          body.increase(dy, run.dyStep);
        });
        body.run(lanes.store(target, sum));
      });
    });
  },
);

/** Gradient of the input, which must be 0 at first. An item is a share of the images. */
export const depthwiseInputGradient = define(
  "depthwiseInputGradient",
  [...["dy", "filter", "dx"], ...geometry] as const,
  (body, p) => {
    eachRun(body, p, (run) => {
      eachLane(body, p.channels, (lanes, channel) => {
        const weight = body.local(lanes.load(add(p.filter, run.tap, channel)));
        const [x, dy] = [body.int(add(p.dx, run.x, channel)), body.int(add(p.dy, run.dy, channel))];
        body.repeat(run.count, () => {
          body.run(lanes.store(x, lanes.add(lanes.load(x), lanes.mul(weight, lanes.load(dy)))));
          body.increase(x, run.xStep);
          body.increase(dy, run.dyStep);
        });
      });
    });
  },
);
