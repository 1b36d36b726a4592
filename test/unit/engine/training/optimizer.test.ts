import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Optimizer } from "../../../../src/pruning/engine/training/contract.ts";
import { type Moved, optimizerOf } from "../../../../src/pruning/engine/training/optimizer.ts";
import { everyBackend } from "../../training/tiny.ts";
import { withEngine, withoutLeak } from "../backends.ts";
import { difference, numbers } from "../oracles.ts";

/** No multiple of four, and more than one thread takes at a time. */
const size = 2 ** 14 + 7;
const steps = 20;
const rateAt = (step: number): number => 0.05 / step;
const gradientAt = (weight: number, step: number): Float32Array => numbers([size], 100 * weight + step).values;

/** A kernel of which a third is held at zero, a kernel that is free, and a bias that weight decay leaves alone. */
const weights = [
  { name: "held", decays: true, mask: Array.from({ length: size }, (_, i) => Number(i % 3 !== 0)) },
  { name: "free", decays: true },
  { name: "bias", decays: false },
] as const;

const sgd = { name: "sgd", momentum: 0.9, nesterov: false, weightDecay: 0.1 } as const;
const optimizers: Record<string, Optimizer> = {
  sgd: { ...sgd, momentum: 0 },
  "sgd, no decay": { ...sgd, momentum: 0, weightDecay: 0 },
  momentum: sgd,
  nesterov: { ...sgd, nesterov: true },
  adam: { name: "adam", weightDecay: 0.1 },
  "adam, no decay": { name: "adam", weightDecay: 0 },
  adamw: { name: "adamw", weightDecay: 0.1 },
};

const expectedSlots = (options: Optimizer): number => (options.name === "sgd" ? Number(options.momentum > 0) : 2);

/** One element's path in double precision, straight from the papers' update rules. */
function path(options: Optimizer, start: number, gradients: readonly number[], decays: boolean): number {
  const decay = decays ? options.weightDecay : 0;
  let [w, velocity, mean, square] = [start, 0, 0, 0];
  for (const [i, slope] of gradients.entries()) {
    const t = i + 1;
    const rate = rateAt(t);
    const g = options.name === "adamw" ? slope : slope + decay * w;
    if (options.name === "sgd") {
      velocity = options.momentum * velocity + g;
      w -= rate * (options.nesterov ? g + options.momentum * velocity : velocity);
      continue;
    }
    mean = 0.9 * mean + 0.1 * g;
    square = 0.999 * square + 0.001 * g ** 2;
    // Kingma & Ba 2015, section 2: the corrections in the step size, epsilon beside the root.
    const rateNow = (rate * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t);
    if (options.name === "adamw") w -= rate * decay * w;
    w -= (rateNow * mean) / (Math.sqrt(square) + 1e-7);
  }
  return w;
}

for (const backend of everyBackend) {
  describe(`the optimisers on ${backend}`, function () {
    this.timeout(60_000);

    for (const [title, options] of Object.entries(optimizers)) {
      it(`${title} goes the way that plain loops go, and leaves masked weights and their slots at zero`, async function () {
        await withEngine(this, backend, () =>
          withoutLeak(async () => {
            const starts = weights.map((_, i) => numbers([size], i).values);
            const moved = weights.map((weight, i): Moved => {
              const start = tf.tensor(starts[i] as Float32Array);
              const variable = tf.variable(start);
              start.dispose();
              const { name, decays } = weight;
              return { name, decays, variable, ...("mask" in weight && { mask: tf.tensor(weight.mask) }) };
            });
            const optimizer = optimizerOf(options, moved);
            for (let step = 1; step <= steps; step++) {
              const named = moved.map(({ variable }, i) => [variable.name, tf.tensor(gradientAt(i, step))] as const);
              optimizer.apply(Object.fromEntries(named), rateAt(step), step);
              tf.dispose(named.map(([, gradient]) => gradient));
              const held = (await moved[0]?.variable.data()) ?? [];
              const slots = [...optimizer.slots].filter(([name]) => name.startsWith("held/"));
              assert.equal(slots.length, expectedSlots(options));
              for (const values of [held, ...(await Promise.all(slots.map(([, slot]) => slot.data())))]) {
                for (let i = 0; i < size; i += 3) assert.equal(Math.abs(values[i] as number), 0, `step ${step}`);
              }
            }
            for (const [i, weight] of weights.entries()) {
              const slopes = Array.from({ length: steps }, (_, s) => gradientAt(i, s + 1));
              const expected = Array.from(starts[i] as Float32Array, (start, element) => {
                if ("mask" in weight && weight.mask[element] === 0) return 0;
                const gradients = slopes.map((slope) => slope[element] as number);
                return path(options, start, gradients, weight.decays);
              });
              assert.ok(difference((await moved[i]?.variable.data()) ?? [], expected) < 1e-6, weight.name);
            }
            optimizer.dispose();
            tf.dispose(moved.map(({ variable, mask }) => [variable, ...(mask ? [mask] : [])]));
          }),
        );
      });
    }

    it("leaves a weight without a gradient alone", async function () {
      await withEngine(this, backend, async () => {
        const variable = tf.variable(tf.tensor([1, 2]));
        const optimizer = optimizerOf({ name: "adamw", weightDecay: 0.5 }, [{ name: "w", variable, decays: true }]);
        optimizer.apply({}, 0.1, 1);
        assert.deepEqual([...(await variable.data())], [1, 2]);
        optimizer.dispose();
        variable.dispose();
      });
    });
  });
}
