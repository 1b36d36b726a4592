import { type Body, define, type Local } from "../code/functions.ts";
import { add, type I32, type Int, max, min, mul, sub } from "../code/values.ts";
import { at, eachLane, size } from "./loops.ts";

// Max pooling of NDHWC tensors, of depth 1 for images. An item is an image or a volume.

const geometry = [
  ...["depth", "height", "width", "channels", "outDepth", "outHeight", "outWidth"],
  ...["filterDepth", "filterHeight", "filterWidth", "strideDepth", "strideHeight", "strideWidth"],
  ...["front", "top", "left", "item", "thread"],
] as const;

type Geometry = Readonly<Record<(typeof geometry)[number], Local<"i32">>>;

/** A window of the input. */
interface Window {
  /** Distance in bytes of its output's channels. */
  readonly output: Local<"i32">;
  /** Goes through the window; `visit` gets the distance in bytes of a pixel's channels. */
  each(visit: (pixel: I32) => void): void;
}

function eachWindow(body: Body, p: Geometry, round: (window: Window) => void): void {
  const output = body.int(mul(size, p.item, p.outDepth, p.outHeight, p.outWidth, p.channels));
  const first = body.int(mul(p.item, p.depth));
  const extent = (position: I32, stride: Int, before: Int, filter: Int, input: Int) => {
    const corner = body.int(sub(mul(position, stride), before));
    return { from: body.int(max(0, corner)), to: body.int(min(input, add(corner, filter))) };
  };
  body.range(0, p.outDepth, (k) => {
    const planes = extent(k, p.strideDepth, p.front, p.filterDepth, p.depth);
    body.range(0, p.outHeight, (i) => {
      const rows = extent(i, p.strideHeight, p.top, p.filterHeight, p.height);
      body.range(0, p.outWidth, (j) => {
        const columns = extent(j, p.strideWidth, p.left, p.filterWidth, p.width);
        const each = (visit: (pixel: I32) => void) =>
          body.range(planes.from, planes.to, (plane) => {
            body.range(rows.from, rows.to, (row) => {
              const line = body.int(mul(add(mul(add(first, plane), p.height), row), p.width));
              body.range(columns.from, columns.to, (column) => visit(at(0, mul(add(line, column), p.channels))));
            });
          });
        round({ output, each });
        body.increase(output, mul(size, p.channels));
      });
    });
  });
}

/** The greatest input of each window. */
export const maxPool = define("maxPool", [...["x", "y"], ...geometry] as const, (body, p) => {
  eachWindow(body, p, ({ output, each }) => {
    eachLane(body, p.channels, (lanes, channel) => {
      const greatest = body.local(lanes.constant(Number.NEGATIVE_INFINITY));
      each((pixel) => body.set(greatest, lanes.max(greatest, lanes.load(add(p.x, pixel, channel)))));
      body.run(lanes.store(add(p.y, output, channel), greatest));
    });
  });
});

/** Gradient of max pooling: each window's goes to its first greatest input. */
export const maxPoolGradient = define("maxPoolGradient", [...["x", "dy", "dx"], ...geometry] as const, (body, p) => {
  const volume = body.int(mul(size, p.depth, p.height, p.width, p.channels));
  body.clear(add(p.dx, mul(p.item, volume)), volume);
  eachWindow(body, p, ({ output, each }) => {
    eachLane(body, p.channels, (lanes, channel) => {
      const greatest = body.local(lanes.constant(Number.NEGATIVE_INFINITY));
      each((pixel) => body.set(greatest, lanes.max(greatest, lanes.load(add(p.x, pixel, channel)))));
      const gradient = body.local(lanes.load(add(p.dy, output, channel)));
      const found = body.local(lanes.none());
      each((pixel) => {
        const place = body.int(add(pixel, channel));
        const here = body.local(lanes.andNot(lanes.equal(lanes.load(add(p.x, place)), greatest), found));
        const target = add(p.dx, place);
        body.run(lanes.store(target, lanes.add(lanes.load(target), lanes.where(here, gradient))));
        body.set(found, lanes.or(found, here));
      });
    });
  });
});
