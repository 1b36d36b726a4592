import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { logitsOf, lossOf } from "../../../../src/pruning/engine/training/loss.ts";
import { labelDistributions } from "../../../../src/pruning/training/batches.ts";
import { withEngine, withoutLeak } from "../backends.ts";
import { difference, numbers } from "../oracles.ts";

const batch = 4;
const classes = 5;
const labels = Uint8Array.of(3, 0, 4, 3);

const rows = (values: ArrayLike<number>): number[][] =>
  Array.from({ length: batch }, (_, row) => Array.from(values).slice(row * classes, (row + 1) * classes));

/** Softmax of a row in double precision, at a temperature. */
function softmax(row: readonly number[], temperature = 1): number[] {
  const powers = row.map((value) => Math.exp(value / temperature));
  return powers.map((power) => power / powers.reduce((a, b) => a + b));
}

/** Mean cross-entropy of a model's distributions with the targets'. */
function crossEntropy(targets: readonly number[][], answers: readonly number[][]): number {
  const each = targets.map((target, row) =>
    target.reduce((sum, p, i) => sum - p * Math.log(answers[row]?.[i] as number), 0),
  );
  return each.reduce((a, b) => a + b) / batch;
}

interface Case {
  readonly title: string;
  readonly probabilities: boolean;
  readonly smoothing?: number;
  readonly teacher?: boolean;
  readonly temperature: number;
  readonly share: number;
}

const cases: readonly Case[] = [
  { title: "labels, logits", probabilities: false, smoothing: 0, temperature: 1, share: 0 },
  { title: "labels, probabilities", probabilities: true, smoothing: 0, temperature: 1, share: 0 },
  { title: "smoothed labels", probabilities: false, smoothing: 0.2, temperature: 1, share: 0 },
  { title: "smoothed labels, probabilities", probabilities: true, smoothing: 0.2, temperature: 1, share: 0 },
  { title: "a teacher alone, whatever its share", probabilities: false, teacher: true, temperature: 1, share: 0.1 },
  { title: "a softened teacher", probabilities: false, teacher: true, temperature: 3, share: 1 },
  { title: "a softened teacher, probabilities", probabilities: true, teacher: true, temperature: 3, share: 1 },
  { title: "both", probabilities: false, smoothing: 0.1, teacher: true, temperature: 2, share: 0.7 },
  { title: "both, probabilities", probabilities: true, smoothing: 0.1, teacher: true, temperature: 2, share: 0.7 },
  { title: "a teacher whose share is 0", probabilities: false, smoothing: 0, teacher: true, temperature: 2, share: 0 },
];

/** The loss in double precision, from the definitions. */
function expectedLoss(logits: ArrayLike<number>, teacher: ArrayLike<number>, each: Case): number {
  const answers = rows(logits);
  const own =
    each.smoothing === undefined
      ? undefined
      : crossEntropy(
          [...labels].map((label) =>
            Array.from(
              { length: classes },
              (_, i) => (each.smoothing as number) / classes + (i === label ? 1 - (each.smoothing as number) : 0),
            ),
          ),
          answers.map((row) => softmax(row)),
        );
  const taught = each.teacher
    ? each.temperature ** 2 *
      crossEntropy(
        rows(teacher).map((row) => softmax(row, each.temperature)),
        answers.map((row) => softmax(row, each.temperature)),
      )
    : undefined;
  if (own === undefined) return taught as number;
  return taught === undefined ? own : (1 - each.share) * own + each.share * taught;
}

describe("the training loss", function () {
  this.timeout(60_000);
  const logits = numbers([batch, classes], 3).values.map((x) => 3 * x);
  const teacher = numbers([batch, classes], 4).values.map((x) => 4 * x);

  for (const each of cases) {
    it(`${each.title}: value and gradient`, async function () {
      await withEngine(this, "cpu", () =>
        withoutLeak(async () => {
          const targets = {
            ...(each.smoothing !== undefined && {
              labels: tf.tensor(labelDistributions(labels, classes, each.smoothing), [batch, classes]),
            }),
            ...(each.teacher && { teacher: tf.tensor(teacher, [batch, classes]) }),
          };
          const x = tf.tensor(logits, [batch, classes]);
          // A model that ends in a softmax gives probabilities, and the loss is followed through it.
          const lossAt = (z: tf.Tensor) => {
            const scores = each.probabilities ? tf.softmax(z) : z;
            return lossOf(logitsOf(scores, each.probabilities), targets, each.temperature, each.share);
          };
          const { value, grad } = tf.valueAndGrad(lossAt)(x);
          const expected = expectedLoss(logits, teacher, each);
          assert.ok(Math.abs((value.dataSync()[0] as number) - expected) < 1e-5 * Math.max(1, expected));
          const slopes = Array.from(logits, (_, i) => {
            const moved = (by: number) => {
              const there = Array.from(logits);
              there[i] = (there[i] as number) + by;
              return expectedLoss(there, teacher, each);
            };
            return (moved(1e-5) - moved(-1e-5)) / 2e-5;
          });
          assert.ok(difference(grad.dataSync(), slopes) < 1e-5);
          tf.dispose([x, value, grad, { ...targets }]);
        }),
      );
    });
  }

  it("stays finite where a probability is 0, and where logits are huge", async function () {
    await withEngine(this, "cpu", async () => {
      const one = tf.tensor([[1, 0]]);
      const at = (scores: number[], probabilities: boolean) =>
        tf.tidy(() => lossOf(logitsOf(tf.tensor([scores]), probabilities), { labels: one }, 1, 0).dataSync()[0]);
      // As Keras: the logarithm of a probability clipped at 1e-7.
      assert.ok(Math.abs((at([0, 1], true) as number) + Math.log(1e-7)) < 1e-4);
      assert.ok(Math.abs((at([-500, 500], false) as number) - 1000) < 1e-3);
      one.dispose();
    });
  });
});
