/** How well scores tell the classes of labelled examples. */
export interface Classification {
  readonly examples: number;
  /** Share whose label has the best score; the first one of equals, as argmax takes it. */
  readonly accuracy: number;
  /** Share whose label is among the five best; only where there are more than five classes. */
  readonly top5?: number;
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
}

/** As Keras clips probabilities before taking their logarithm. */
const epsilon = 1e-7;

/**
 * Accuracy and loss of a classifier's outputs. They are taken for probabilities when every row is non-negative and
 * sums to 1, otherwise for logits. A row that is not all finite numbers counts as wrong, at the greatest loss that
 * a clipped probability has, so that a broken model has figures too.
 * @param scores `labels.length × classes`, row-major
 * @param labels class indices below `classes`; at least one
 */
export function classificationOf(scores: Float32Array, classes: number, labels: ArrayLike<number>): Classification {
  const examples = labels.length;
  const rows = rowsOf(scores, classes);
  const loss = areProbabilities(scores, classes) ? lossOfProbabilities : lossOfLogits;
  let [first, firstFive, lossSum] = [0, 0, 0];
  rows.forEach((row, i) => {
    const label = labels[i] as number;
    const rank = isSound(row) ? rankOf(row, label) : classes;
    if (rank === 0) first++;
    if (rank < 5) firstFive++;
    lossSum += isSound(row) ? loss(row, label) : -Math.log(epsilon);
  });
  const top5 = classes > 5 ? { top5: firstFive / examples } : {};
  return { examples, accuracy: first / examples, ...top5, loss: lossSum / examples };
}

/** How each of some labelled examples is answered. */
export interface RowAnswers {
  /** 1 where the label has the best score. */
  readonly right: Uint8Array;
  /** By how much the label's score is above the best other one, or below it; −∞ for a row that is not all numbers. */
  readonly margin: Float64Array;
  /** Cross-entropy, in nats. */
  readonly loss: Float64Array;
}

/**
 * The same row by row.
 * @param probabilities whether scores are probabilities, as `areProbabilities` says of many rows; else logits
 */
export function answersOf(
  scores: Float32Array,
  classes: number,
  labels: ArrayLike<number>,
  probabilities: boolean,
): RowAnswers {
  const rows = rowsOf(scores, classes);
  const answers = rows.map((row, i) => answerOf(row, labels[i] as number, probabilities));
  return {
    right: Uint8Array.from(answers, ({ right }) => Number(right)),
    margin: Float64Array.from(answers, ({ margin }) => margin),
    loss: Float64Array.from(answers, ({ loss }) => loss),
  };
}

function answerOf(row: Float32Array, label: number, probabilities: boolean) {
  if (!isSound(row)) return { right: false, margin: Number.NEGATIVE_INFINITY, loss: -Math.log(epsilon) };
  const other = row.reduce((best, score, i) => (i === label ? best : Math.max(best, score)), Number.NEGATIVE_INFINITY);
  return {
    right: rankOf(row, label) === 0,
    margin: (row[label] as number) - other,
    loss: (probabilities ? lossOfProbabilities : lossOfLogits)(row, label),
  };
}

/**
 * The class with the best score in each row, the first one of equals, as argmax takes it; -1 for a row that is not all
 * finite numbers.
 * @param scores rows of `classes`, row-major
 */
export function bestClasses(scores: Float32Array, classes: number): Int32Array {
  return Int32Array.from(rowsOf(scores, classes), (row) => {
    return isSound(row) ? row.indexOf(row.reduce((a, b) => Math.max(a, b))) : -1;
  });
}

/** Share of examples, at least one, that two models give the same best class. */
export function agreementOf(answers: Int32Array, others: Int32Array): number {
  return answers.reduce((same, answer, i) => same + Number(answer === others[i]), 0) / answers.length;
}

/** Whether every sound row of scores is non-negative and sums to 1: probabilities, rather than logits. */
export function areProbabilities(scores: Float32Array, classes: number): boolean {
  return rowsOf(scores, classes).every((row) => !isSound(row) || isDistribution(row));
}

function rowsOf(scores: Float32Array, classes: number): Float32Array[] {
  return Array.from({ length: scores.length / classes }, (_, i) => scores.subarray(i * classes, (i + 1) * classes));
}

/** How many classes come before the label when sorted by score, equals by index: 0 is best. */
function rankOf(row: Float32Array, label: number): number {
  const score = row[label] as number;
  return row.reduce((rank, other, i) => (other > score || (other === score && i < label) ? rank + 1 : rank), 0);
}

function isSound(row: Float32Array): boolean {
  return row.every(Number.isFinite);
}

function isDistribution(row: Float32Array): boolean {
  let sum = 0;
  for (const value of row) {
    if (!(value >= 0)) return false;
    sum += value;
  }
  return Math.abs(sum - 1) < 1e-3;
}

function lossOfProbabilities(row: Float32Array, label: number): number {
  return -Math.log(Math.min(Math.max(row[label] as number, epsilon), 1 - epsilon));
}

/** −log softmax, shifted by the greatest logit so that nothing overflows. */
function lossOfLogits(row: Float32Array, label: number): number {
  const greatest = row.reduce((a, b) => Math.max(a, b));
  const sum = row.reduce((total, logit) => total + Math.exp(logit - greatest), 0);
  return Math.log(sum) + greatest - (row[label] as number);
}
