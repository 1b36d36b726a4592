// A toy network and its training in plain loops of doubles: dense, ReLU, factors, dense, cross-entropy.

export const sizes = { inputs: 3, hidden: 4, classes: 2 } as const;

export interface Toy {
  /** `inputs × hidden`. */
  readonly first: number[][];
  readonly bias: number[];
  /** `hidden × classes`. */
  readonly second: number[][];
}

/** All that changes from step to step. */
export interface ToyState extends Toy {
  readonly factors: number[];
  readonly velocity: number[];
  /** Momentum of the weights' own optimiser. */
  readonly slots: Toy;
}

export interface ToySettings {
  readonly learningRate: number;
  readonly momentum: number;
  readonly gamma: number;
  readonly weightDecay: number;
}

const grid = (rows: number, columns: number, make: (row: number, column: number) => number): number[][] =>
  Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (__, column) => make(row, column)));
const zeros = ({ first, bias, second }: Toy): Toy => ({
  first: first.map((row) => row.map(() => 0)),
  bias: bias.map(() => 0),
  second: second.map((row) => row.map(() => 0)),
});

export const start = (toy: Toy): ToyState => ({
  ...toy,
  factors: toy.bias.map(() => 1),
  velocity: toy.bias.map(() => 0),
  slots: zeros(toy),
});

/** Loss and its gradients, of the factors too, by the chain rule written out. */
export function gradientsOf(
  state: Pick<ToyState, "first" | "bias" | "second" | "factors">,
  inputs: number[][],
  labels: number[],
) {
  const { first, bias, second, factors } = state;
  const at = (matrix: number[][], row: number, column: number) => matrix[row]?.[column] as number;
  const gradient = { ...zeros(state), factors: factors.map(() => 0) };
  let loss = 0;
  for (const [example, x] of inputs.entries()) {
    const sums = bias.map((each, unit) => each + x.reduce((sum, value, i) => sum + value * at(first, i, unit), 0));
    const hidden = sums.map((sum) => Math.max(0, sum));
    const scores = (second[0] as number[]).map((_, k) =>
      hidden.reduce((sum, value, unit) => sum + value * (factors[unit] as number) * at(second, unit, k), 0),
    );
    const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
    const label = labels[example] as number;
    loss -= ((scores[label] as number) - Math.log(total)) / inputs.length;
    const errors = scores.map((score, k) => (Math.exp(score) / total - Number(k === label)) / inputs.length);
    for (const [unit, value] of hidden.entries()) {
      const factor = factors[unit] as number;
      for (const [k, error] of errors.entries()) {
        (gradient.second[unit] as number[])[k] = at(gradient.second, unit, k) + error * value * factor;
      }
      const back = errors.reduce((sum, error, k) => sum + error * at(second, unit, k), 0);
      gradient.factors[unit] = (gradient.factors[unit] as number) + back * value;
      if (value === 0) continue;
      gradient.bias[unit] = (gradient.bias[unit] as number) + back * factor;
      for (const [i, input] of x.entries()) {
        (gradient.first[i] as number[])[unit] = at(gradient.first, i, unit) + back * factor * input;
      }
    }
  }
  return { loss, gradient };
}

/** One step as the paper has it: the factors by eqs. 10-12, the rest by Nesterov's SGD, decay on kernels alone. */
export function stepped(state: ToyState, inputs: number[][], labels: number[], settings: ToySettings): ToyState {
  const { learningRate: eta, momentum: mu, gamma, weightDecay } = settings;
  const { gradient } = gradientsOf(state, inputs, labels);
  const threshold = (x: number) => Math.sign(x) * Math.max(0, Math.abs(x) - eta * gamma);
  const updates = state.factors.map((factor, i) => {
    const z = threshold(factor - eta * (gradient.factors[i] as number));
    const v = z - factor + mu * (state.velocity[i] as number);
    return { factor: Math.max(0, z + mu * v), v };
  });
  const moved = (weight: number, slope: number, slot: number, decay: number) => {
    const decayed = slope + decay * weight;
    const velocity = mu * slot + decayed;
    return { weight: weight - eta * (decayed + mu * velocity), velocity };
  };
  const matrix = (key: "first" | "second") => {
    const all = grid(state[key].length, (state[key][0] as number[]).length, () => 0).map((row, i) =>
      row.map((_, j) =>
        moved(
          state[key][i]?.[j] as number,
          gradient[key][i]?.[j] as number,
          state.slots[key][i]?.[j] as number,
          weightDecay,
        ),
      ),
    );
    return {
      weights: all.map((row) => row.map(({ weight }) => weight)),
      slots: all.map((row) => row.map(({ velocity }) => velocity)),
    };
  };
  const [first, second] = [matrix("first"), matrix("second")];
  const bias = state.bias.map((each, i) => moved(each, gradient.bias[i] as number, state.slots.bias[i] as number, 0));
  return {
    first: first.weights,
    second: second.weights,
    bias: bias.map(({ weight }) => weight),
    factors: updates.map(({ factor }) => factor),
    velocity: updates.map(({ v }) => v),
    slots: { first: first.slots, second: second.slots, bias: bias.map(({ velocity }) => velocity) },
  };
}
