import assert from "node:assert/strict";
import { agreementOf } from "../../../../src/pruning/engine/training/agreement.ts";
import { classificationOf } from "../../../../src/pruning/metrics/accuracy.ts";
import { labelDistributions } from "../../../../src/pruning/training/batches.ts";
import { numbers } from "../oracles.ts";

describe("agreement of scores with targets", () => {
  it("is the accuracy against labels, smoothed or not", () => {
    const labels = Uint8Array.from({ length: 40 }, (_, i) => (i * 7) % 5);
    const scores = numbers([40, 5], 3).values;
    const { accuracy } = classificationOf(scores, 5, labels);
    assert.ok(accuracy > 0 && accuracy < 1);
    for (const smoothing of [0, 0.2]) {
      assert.equal(agreementOf(scores, labelDistributions(labels, 5, smoothing), 40), accuracy);
    }
  });

  it("takes the first of equals, as argmax does", () => {
    assert.equal(agreementOf(Float32Array.of(2, 2, 1, 0, 3, 3), Float32Array.of(1, 0, 0, 0, 0, 1), 2), 0.5);
  });
});
