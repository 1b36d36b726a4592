import { define } from "../code/functions.ts";
import { add, equal, floatOf, sub } from "../code/values.ts";
import { at, eachLane, part } from "./loops.ts";

const constants = ["beta1", "rest1", "beta2", "rest2", "epsilon", "correction", "rate", "decay", "keep"] as const;

/**
 * A step of Adam in one pass. The constants are floats' bits: `rest` is what a beta lacks to 1; for the others see
 * `training/adam.ts`. Without a mask, `mask` is 0. An item is `share` floats.
 */
export const adamStep = define(
  "adamStep",
  [
    ...["weights", "gradient", "mean", "square", "mask", "newWeights", "newMean", "newSquare"],
    ...constants,
    ...["count", "share", "item", "thread"],
  ] as const,
  (body, p) => {
    const { from, to } = part(body, p.item, p.share, p.count);
    const first = body.int(at(0, from));
    const [beta1, rest1, beta2, rest2, epsilon, correction, rate, decay, keep] = constants.map((name) =>
      body.local(floatOf(p[name])),
    );
    if (!beta1 || !rest1 || !beta2 || !rest2 || !epsilon || !correction || !rate || !decay || !keep) return;
    const pass = (isMasked: boolean) =>
      eachLane(body, sub(to, from), (lanes, offset) => {
        const place = body.int(add(first, offset));
        const read = (base: typeof place) => body.local(lanes.load(add(base, place)));
        const mask = isMasked ? read(p.mask) : undefined;
        const weight = read(p.weights);
        const decayed = lanes.add(lanes.load(add(p.gradient, place)), lanes.mul(weight, lanes.spread(decay)));
        const slope = body.local(mask ? lanes.mul(decayed, mask) : decayed);
        const blend = (old: typeof slope, share: typeof beta1, value: typeof decayed, rest: typeof beta1) =>
          body.local(lanes.add(lanes.mul(old, lanes.spread(share)), lanes.mul(value, lanes.spread(rest))));
        const mean = blend(read(p.mean), beta1, slope, rest1);
        const square = blend(read(p.square), beta2, lanes.mul(slope, slope), rest2);
        const root = lanes.add(lanes.sqrt(square), lanes.spread(epsilon));
        const change = lanes.div(lanes.mul(mean, lanes.spread(correction)), root);
        const moved = lanes.sub(lanes.mul(weight, lanes.spread(keep)), lanes.mul(change, lanes.spread(rate)));
        body.run(lanes.store(add(p.newMean, place), mean));
        body.run(lanes.store(add(p.newSquare, place), square));
        body.run(lanes.store(add(p.newWeights, place), mask ? lanes.mul(moved, mask) : moved));
      });
    body.when(equal(p.mask, 0), () => pass(false));
    body.when(equal(equal(p.mask, 0), 0), () => pass(true));
  },
);
