import assert from "node:assert/strict";
import { learningRateAt } from "../../../src/pruning/training/schedule.ts";

const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}`);

describe("the learning rate", () => {
  it("stays, falls along half a cosine, or by tens at half and at three quarters", () => {
    const at = (decay: "constant" | "cosine" | "step", step: number) =>
      learningRateAt({ rate: 0.4, warmup: 0, decay }, step, 100);
    for (const step of [0, 50, 99]) near(at("constant", step), 0.4);
    near(at("cosine", 0), 0.4);
    near(at("cosine", 25), 0.4 * (0.5 + Math.SQRT2 / 4));
    near(at("cosine", 50), 0.2);
    near(at("cosine", 75), 0.4 * (0.5 - Math.SQRT2 / 4));
    assert.ok(at("cosine", 99) < 0.4 * 0.001 && at("cosine", 99) > 0);
    for (const [step, rate] of [
      [0, 0.4],
      [49, 0.4],
      [50, 0.04],
      [74, 0.04],
      [75, 0.004],
      [99, 0.004],
    ] as const) {
      near(at("step", step), rate);
    }
  });

  it("rises in equal parts over the warm-up, never at 0, and decays over the rest", () => {
    const at = (step: number) => learningRateAt({ rate: 1, warmup: 0.1, decay: "cosine" }, step, 50);
    for (let step = 0; step < 5; step++) near(at(step), (step + 1) / 5);
    near(at(5), 1);
    near(at(5 + 45 / 3), 0.75);
    const stepped = (step: number) => learningRateAt({ rate: 1, warmup: 0.2, decay: "step" }, step, 50);
    near(stepped(29), 1);
    near(stepped(30), 0.1);
    near(stepped(40), 0.01);
  });

  it("is a positive number at every step of any length, warmed up all along too", () => {
    for (const decay of ["constant", "cosine", "step"] as const) {
      for (const warmup of [0, 0.3, 1]) {
        for (const steps of [1, 2, 7]) {
          for (let step = 0; step < steps; step++) {
            const rate = learningRateAt({ rate: 0.1, warmup, decay }, step, steps);
            assert.ok(rate > 0 && rate <= 0.1, `${decay}, ${warmup}: ${rate} at ${step} of ${steps}`);
          }
        }
      }
    }
  });
});
