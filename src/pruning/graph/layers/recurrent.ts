import * as v from "valibot";
import type { JsonObject } from "../../model/model.ts";
import { issueClause } from "../json.ts";
import { type Length, product } from "../lengths.ts";
import type { Shape } from "../network.ts";
import { refuseStridedDilation, slide } from "./convolution.ts";
import {
  count,
  dataFormat,
  flag,
  kerasObject,
  knownLength,
  LayerProblem,
  type LayerRule,
  type LayerRules,
  onlyInput,
  perAxis,
  rule,
  type Slot,
  windowPadding,
} from "./rule.ts";
import { shapeOf, spaceOf } from "./space.ts";

// Source: tfjs-layers/src/layers/recurrent.ts and convolutional_recurrent.ts, 4.22.0.

/** What an RNN repeats at every time step. */
interface Cell {
  readonly units: number;
  /** Lengths of its states; the first is its output. */
  readonly states: readonly number[];
  readonly slots: (inputLength: number, steps: Length) => readonly Slot[];
}

const cellSettings = v.object({ units: count, use_bias: flag(true), reset_after: v.nullish(v.boolean(), false) });

/** Gates and states of each kind of cell. */
const cellKinds: Readonly<Record<string, { readonly gates: number; readonly states: number }>> = {
  SimpleRNNCell: { gates: 1, states: 1 },
  GRUCell: { gates: 3, states: 1 },
  LSTMCell: { gates: 4, states: 2 },
};

/** Classes that only work inside a layer of class RNN. */
export const cellNames: readonly string[] = [...Object.keys(cellKinds), "StackedRNNCells", "ConvLSTM2DCell"];

function readCell(className: string, config: JsonObject): Cell {
  if (className === "StackedRNNCells") return stack(readStack(config));
  const kind = cellKinds[className];
  if (!kind) throw new LayerProblem(`repeats a cell of class ${className}, which TensorFlow.js cannot`);
  const parsed = v.safeParse(cellSettings, config);
  if (!parsed.success) throw new LayerProblem(`has a cell TensorFlow.js cannot read: ${issueClause(parsed.issues[0])}`);
  const { units, use_bias, reset_after } = parsed.output;
  if (className === "GRUCell" && reset_after) {
    throw new LayerProblem(
      "was made with reset_after=True, which TensorFlow.js cannot compute",
      "train it again with reset_after=False, or export a SavedModel and convert that to a graph model",
    );
  }
  const { gates } = kind;
  return {
    units,
    states: Array<number>(kind.states).fill(units),
    slots: (inputLength, steps) => gatedSlots([inputLength], [units], units, gates, use_bias, steps),
  };
}

const stackSettings = v.object({ cells: v.pipe(v.array(kerasObject), v.minLength(1)) });

function readStack(config: JsonObject): Cell[] {
  const parsed = v.safeParse(stackSettings, config);
  if (!parsed.success)
    throw new LayerProblem(`has a stack of cells TensorFlow.js cannot read: ${issueClause(parsed.issues[0])}`);
  return parsed.output.cells.map((cell) => readCell(cell.class_name, cell.config));
}

/** Cells that feed each other; the states of the last come first. */
function stack(cells: readonly Cell[]): Cell {
  return {
    units: cells.at(-1)?.units ?? 0,
    states: cells.toReversed().flatMap((cell) => cell.states),
    slots: (inputLength, steps) =>
      cells.flatMap((cell, i) =>
        cell
          .slots(cells[i - 1]?.units ?? inputLength, steps)
          .map((slot) => ({ ...slot, path: `RNNCell_${i}/${slot.path}` })),
      ),
  };
}

/** Input kernel, recurrent kernel and bias, with all gates side by side along the last axis. */
function gatedSlots(
  input: readonly number[],
  recurrent: readonly number[],
  units: number,
  gates: number,
  bias: boolean,
  uses: Length,
): Slot[] {
  const columns = units * gates;
  const kernel = { role: "kernel", filterAxes: [input.length], uses, ...(gates > 1 && { gates }) } as const;
  const slots: Slot[] = [
    { path: "kernel", shape: [...input, columns], ...kernel },
    { path: "recurrent_kernel", shape: [...recurrent, columns], ...kernel },
  ];
  return bias ? [...slots, { path: "bias", shape: [columns], role: "bias" }] : slots;
}

const sequence = { return_sequences: flag(false), return_state: flag(false), stateful: flag(false) };

function refuseOpenBatch(stateful: boolean, input: Shape): void {
  if (!stateful || typeof input[0] === "number") return;
  throw new LayerProblem(
    "is stateful and the batch size is open, which TensorFlow.js cannot load",
    "give the model a batch size",
  );
}

/** An RNN layer; `cellOf` finds its cell in its config. */
function recurrent(cellOf: (config: JsonObject) => Cell): LayerRule {
  return (config, resolve) => {
    const cell = cellOf(config);
    return rule(v.object(sequence), (s) => ({
      outputs: (inputs) => {
        const [batch = null, steps = null] = firstInput(inputs);
        const states = s.return_state ? cell.states.map((length) => [batch, length]) : [];
        return [s.return_sequences ? [batch, steps, cell.units] : [batch, cell.units], ...states];
      },
      slots: (inputs) => {
        const input = firstInput(inputs);
        refuseOpenBatch(s.stateful, input);
        return cell.slots(knownLength(input[2], "last axis"), input[1] ?? null);
      },
    }))(config, resolve);
  };
}

/** The sequence; what follows it among the inputs are first states. */
function firstInput(inputs: readonly Shape[]): Shape {
  return onlyInput(inputs.slice(0, 1), 3);
}

const named = (className: string) => recurrent((config) => readCell(className, config));

const generic = recurrent((config) => {
  const parsed = v.safeParse(v.object({ cell: kerasObject }), config);
  if (!parsed.success) throw new LayerProblem("has no cell that TensorFlow.js can read");
  return readCell(parsed.output.cell.class_name, parsed.output.cell.config);
});

const convolutionalSettings = v.object({
  ...sequence,
  filters: count,
  kernel_size: perAxis(2),
  strides: v.nullish(perAxis(2), 1),
  padding: windowPadding,
  data_format: dataFormat,
  dilation_rate: v.nullish(perAxis(2), 1),
  use_bias: flag(true),
  unroll: flag(false),
});

const convLstm = rule(convolutionalSettings, (s) => {
  if (s.unroll) throw new LayerProblem("is unrolled, which TensorFlow.js cannot do for convolutional cells");
  refuseStridedDilation(s);
  const frame = (inputs: readonly Shape[]) => {
    const [batch = null, steps = null, ...rest] = onlyInput(inputs.slice(0, 1), 5);
    return { steps, space: spaceOf([[batch, ...rest]], 2, s.data_format) };
  };
  return {
    outputs: (inputs) => {
      const { steps, space } = frame(inputs);
      const last = shapeOf({ ...space, axes: slide(space.axes, s), channels: s.filters }, s.data_format);
      const output = s.return_sequences ? [space.batch, steps, ...last.slice(1)] : last;
      return s.return_state ? [output, last, last] : [output];
    },
    slots: (inputs) => {
      const { steps, space } = frame(inputs);
      refuseOpenBatch(s.stateful, [space.batch]);
      const kernel = [...s.kernel_size, knownLength(space.channels, "channels")];
      const uses = product([steps, ...slide(space.axes, s)]);
      return gatedSlots(kernel, [...s.kernel_size, s.filters], s.filters, 4, s.use_bias, uses);
    },
  };
});

/** Layers that repeat a cell at every time step. */
export const recurrentRules: LayerRules = {
  SimpleRNN: named("SimpleRNNCell"),
  GRU: named("GRUCell"),
  LSTM: named("LSTMCell"),
  RNN: generic,
  ConvLSTM2D: convLstm,
};
