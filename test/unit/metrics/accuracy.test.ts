import assert from "node:assert/strict";
import fc from "fast-check";
import { agreementOf, bestClasses, classificationOf } from "../../../src/pruning/metrics/accuracy.ts";

const close = (actual: number, expected: number, tolerance = 1e-6) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

describe("classificationOf", () => {
  it("counts hits and averages −log p of probabilities", () => {
    const scores = Float32Array.of(0.5, 0.25, 0.25, 0.125, 0.75, 0.125, 0, 0, 1);
    const { examples, accuracy, top5, loss } = classificationOf(scores, 3, [0, 2, 2]);
    assert.deepEqual([examples, accuracy, top5], [3, 2 / 3, undefined]);
    close(loss, (Math.log(2) + Math.log(8) + 1e-7) / 3);
  });

  it("clips probabilities of 0 as Keras does", () => {
    close(classificationOf(Float32Array.of(1, 0), 2, [1]).loss, -Math.log(1e-7));
  });

  it("takes rows that are no distribution for logits", () => {
    const { accuracy, loss } = classificationOf(Float32Array.of(2, -1, 0, 1000, 0, 0), 3, [0, 1]);
    assert.equal(accuracy, 0.5);
    close(loss, (Math.log(Math.exp(2) + Math.exp(-1) + 1) - 2 + 1000) / 2, 1e-4);
  });

  it("gives logits the loss of their softmax", () => {
    const logits = fc.array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(logits, fc.integer({ min: 0, max: 3 }), (row, label) => {
        // A constant keeps the row from being a distribution by chance, and changes no softmax.
        const shifted = row.map((logit) => logit - 20);
        const sum = row.reduce((total, logit) => total + Math.exp(logit), 0);
        const softmax = row.map((logit) => Math.exp(logit) / sum);
        const byLogits = classificationOf(Float32Array.from(shifted), 4, [label]).loss;
        close(byLogits, classificationOf(Float32Array.from(softmax), 4, [label]).loss, 1e-4);
      }),
    );
  });

  it("gives a tie to the first class, as argmax does", () => {
    const scores = Float32Array.of(0.25, 0.25, 0.25, 0.25);
    assert.equal(classificationOf(scores, 4, [0]).accuracy, 1);
    assert.equal(classificationOf(scores, 4, [1]).accuracy, 0);
  });

  it("counts the five best, ties by index, where there are more than five classes", () => {
    const row = [0.05, 0.3, 0.1, 0.1, 0.1, 0.1, 0.25];
    const top5 = (label: number) => classificationOf(Float32Array.from(row), 7, [label]).top5;
    assert.deepEqual([0, 1, 2, 3, 4, 5, 6].map(top5), [0, 1, 1, 1, 1, 0, 1]);
    assert.equal(classificationOf(Float32Array.from(row.slice(0, 5)), 5, [0]).top5, undefined);
  });

  it("agrees with sorting the classes", () => {
    const cases = fc.tuple(
      fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 8, maxLength: 8 }),
      fc.integer({ min: 0, max: 7 }),
    );
    fc.assert(
      fc.property(cases, ([row, label]) => {
        const order = row.map((_, i) => i).sort((a, b) => (row[b] as number) - (row[a] as number) || a - b);
        const { accuracy, top5 } = classificationOf(Float32Array.from(row), 8, [label]);
        assert.equal(accuracy, order[0] === label ? 1 : 0);
        assert.equal(top5, order.slice(0, 5).includes(label) ? 1 : 0);
      }),
    );
  });

  it("counts rows of a broken model as wrong, at a finite loss, and leaves the others alone", () => {
    const scores = Float32Array.of(Number.NaN, Number.NaN, Number.POSITIVE_INFINITY, 0, 1, 0);
    const { accuracy, loss } = classificationOf(scores, 2, [0, 0, 0]);
    assert.equal(accuracy, 1 / 3);
    close(loss, (2 * -Math.log(1e-7) + 1e-7) / 3);
  });
});

describe("bestClasses and agreementOf", () => {
  it("give the first of equals, and none for a row that is not all numbers", () => {
    const scores = Float32Array.of(1, 3, 3, -5, -6, -7, 0, Number.NaN, 9, Number.POSITIVE_INFINITY, 0, 0);
    assert.deepEqual([...bestClasses(scores, 3)], [1, 0, -1, -1]);
  });

  it("count what two models say alike, a broken answer as one of its own", () => {
    assert.equal(agreementOf(Int32Array.of(1, 2, 3, -1), Int32Array.of(1, 2, 0, 3)), 0.5);
    const answers = fc.array(fc.integer({ min: -1, max: 9 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(answers, (some) => {
        const [own, turned] = [Int32Array.from(some), Int32Array.from(some, (each) => each + 1)];
        assert.equal(agreementOf(own, own), 1);
        assert.equal(agreementOf(own, turned), 0);
      }),
    );
  });

  it("agree with accuracy on labels", () => {
    const scores = Float32Array.from({ length: 60 }, (_, i) => Math.sin(i * i));
    const labels = Int32Array.from({ length: 20 }, (_, i) => i % 3);
    assert.equal(agreementOf(bestClasses(scores, 3), labels), classificationOf(scores, 3, labels).accuracy);
  });
});
