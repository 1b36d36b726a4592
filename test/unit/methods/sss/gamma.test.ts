import assert from "node:assert/strict";
import fc from "fast-check";
import {
  autoGamma,
  gammaWithin,
  stepsNeeded,
  stepsToZero,
  type Unused,
} from "../../../../src/pruning/methods/sss/gamma.ts";
import { type LearningRate, learningRateAt } from "../../../../src/pruning/training/schedule.ts";

const constant = (learningRate: number, steps: number, momentum = 0.9): Unused => ({
  start: 1,
  momentum,
  learningRates: new Array<number>(steps).fill(learningRate),
});

const scheduled = fc.record({
  rate: fc.double({ min: 1e-3, max: 0.5, noNaN: true }),
  warmup: fc.constantFrom(0, 0.1),
  decay: fc.constantFrom<LearningRate["decay"]>("constant", "cosine", "step"),
});

const unused: fc.Arbitrary<Unused> = fc
  .record({
    schedule: scheduled,
    steps: fc.integer({ min: 4, max: 400 }),
    momentum: fc.constantFrom(0, 0.5, 0.9),
    start: fc.double({ min: 0.1, max: 10, noNaN: true }),
  })
  .map(({ schedule, steps, momentum, start }) => ({
    start,
    momentum,
    learningRates: Array.from({ length: steps }, (_, step) => learningRateAt(schedule, step, steps)),
  }));

describe("γ that fits the run", () => {
  it("brings an unused factor to zero after as many steps as the reference figures for the update say", () => {
    assert.equal(stepsToZero(0.01, constant(0.1, 20_000)), 109);
    assert.equal(stepsToZero(0.001, constant(0.1, 20_000)), 1009);
    assert.equal(stepsToZero(0.0001, constant(0.1, 20_000)), 10_009);
    assert.equal(stepsToZero(0.01, constant(0.01, 20_000)), 1009);
  });

  it("is told about by N ≈ (1 − μ)λ₀/(ηγ)", () => {
    for (const gamma of [0.01, 0.001, 0.0001]) {
      assert.equal(stepsNeeded(gamma, constant(0.1, 10)), stepsToZero(gamma, constant(0.1, 20_000)));
    }
    assert.equal(stepsNeeded(0.001, { ...constant(0.1, 10), momentum: 0 }), 10_000);
  });

  it("says of too weak a γ that it reaches zero never", () => {
    assert.equal(stepsToZero(0.01, constant(0.1, 108)), undefined);
    assert.equal(stepsToZero(0, constant(0.1, 100)), undefined);
  });

  it("is the smallest that suffices, with whatever learning rates", () => {
    fc.assert(
      fc.property(unused, fc.double({ min: 0.2, max: 1, noNaN: true }), (given, share) => {
        const steps = Math.max(1, Math.floor(share * given.learningRates.length));
        const gamma = gammaWithin(steps, given);
        const reached = stepsToZero(gamma * 1.0001, given);
        assert.ok(reached !== undefined && reached <= steps, `${reached} of ${steps}`);
        const weaker = stepsToZero(gamma * 0.999, given);
        assert.ok(weaker === undefined || weaker > steps, `${weaker} of ${steps}`);
      }),
      { numRuns: 200 },
    );
  });

  it("is by itself such that half of the learning is enough", () => {
    fc.assert(
      fc.property(unused, (given) => {
        const steps = stepsToZero(autoGamma(given) * 1.0001, given) ?? Number.POSITIVE_INFINITY;
        const total = given.learningRates.reduce((sum, each) => sum + each, 0);
        const before = given.learningRates.slice(0, steps - 1).reduce((sum, each) => sum + each, 0);
        assert.ok(before <= total / 2 + 1e-9);
      }),
      { numRuns: 200 },
    );
  });
});
