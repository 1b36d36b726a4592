import { define } from "../code/functions.ts";
import { add, floatOf, sub } from "../code/values.ts";
import { at, eachLane, part } from "./loops.ts";

/**
 * dx = dy where 0 < y < high (a float's bits), else 0: the gradient of an activation that is no more than bounds,
 * from its output. An item is `share` floats.
 */
export const boundedGradient = define(
  "boundedGradient",
  ["dy", "y", "dx", "high", "count", "share", "item", "thread"],
  (body, p) => {
    const { from, to } = part(body, p.item, p.share, p.count);
    const first = body.int(at(0, from));
    const high = body.local(floatOf(p.high));
    eachLane(body, sub(to, from), (lanes, offset) => {
      const place = body.int(add(first, offset));
      const y = body.local(lanes.load(add(p.y, place)));
      const above = lanes.where(lanes.greater(y, lanes.constant(0)), lanes.load(add(p.dy, place)));
      body.run(lanes.store(add(p.dx, place), lanes.where(lanes.greater(lanes.spread(high), y), above)));
    });
  },
);
