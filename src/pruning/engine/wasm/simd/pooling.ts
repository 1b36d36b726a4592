import { define, type Local } from "../code/functions.ts";
import { add, type I32, type Int, max, min, mul, sub } from "../code/values.ts";
import { at, eachLane, size } from "./loops.ts";

/**
 * Gradient of max pooling over NDHWC tensors (of depth 1 for images): each window's gradient goes to its first
 * greatest input. dx must be 0 at first. An item is an image.
 */
export const maxPoolGradient = define(
  "maxPoolGradient",
  [
    ...["x", "y", "dy", "dx", "depth", "height", "width", "channels", "outDepth", "outHeight", "outWidth"],
    ...["filterDepth", "filterHeight", "filterWidth", "strideDepth", "strideHeight", "strideWidth"],
    ...["front", "top", "left", "item", "thread"],
  ] as const,
  (body, p) => {
    const output = body.int(mul(size, p.item, p.outDepth, p.outHeight, p.outWidth, p.channels));
    const image = body.int(mul(p.item, p.depth));
    const window = (position: I32, stride: Int, before: Int, filter: Int, input: Int) => {
      const corner = body.int(sub(mul(position, stride), before));
      return { from: body.int(max(0, corner)), to: body.int(min(input, add(corner, filter))) };
    };
    const each = (range: { from: Local<"i32">; to: Local<"i32"> }, round: (i: Local<"i32">) => void) =>
      body.range(range.from, range.to, round);

    body.range(0, p.outDepth, (k) => {
      const planes = window(k, p.strideDepth, p.front, p.filterDepth, p.depth);
      body.range(0, p.outHeight, (i) => {
        const rows = window(i, p.strideHeight, p.top, p.filterHeight, p.height);
        body.range(0, p.outWidth, (j) => {
          const columns = window(j, p.strideWidth, p.left, p.filterWidth, p.width);
          eachLane(body, p.channels, (lanes, channel) => {
            const maximum = body.local(lanes.load(add(p.y, output, channel)));
            const gradient = body.local(lanes.load(add(p.dy, output, channel)));
            const found = body.local(lanes.none());
            each(planes, (plane) => {
              each(rows, (row) => {
                each(columns, (column) => {
                  const pixel = add(mul(add(mul(add(image, plane), p.height), row), p.width), column);
                  const place = body.int(add(at(0, mul(pixel, p.channels)), channel));
                  const here = body.local(lanes.andNot(lanes.equal(lanes.load(add(p.x, place)), maximum), found));
                  const target = add(p.dx, place);
                  body.run(lanes.store(target, lanes.add(lanes.load(target), lanes.where(here, gradient))));
                  body.set(found, lanes.or(found, here));
                });
              });
            });
          });
          body.increase(output, mul(size, p.channels));
        });
      });
    });
  },
);
