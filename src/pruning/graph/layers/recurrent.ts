import * as v from "valibot";
import type { JsonObject } from "../../model/model.ts";
import type { ChannelAxes, ChannelIds } from "../channels/channels.ts";
import { along, channelsAt, onlyChannelsAt, type Symbols } from "../channels/symbols.ts";
import type { Tracer } from "../channels/tracer.ts";
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
  makes,
  none,
  onlyInput,
  perAxis,
  reads,
  rule,
  type Slot,
  type Traced,
  windowPadding,
} from "./rule.ts";
import { channelAxis, shapeOf, spaceOf } from "./space.ts";

// Source: tfjs-layers/src/layers/recurrent.ts and convolutional_recurrent.ts, 4.22.0.

/** What an RNN repeats at every time step. */
interface Cell {
  readonly units: number;
  /** Lengths of its states; the first is its output. */
  readonly states: readonly number[];
  readonly slots: (inputLength: number, steps: Length) => readonly Slot[];
  /** @param part its name in a stack */
  readonly trace: (input: ChannelIds | null, tracer: Tracer, part?: string) => TracedCell;
}

interface TracedCell {
  /** Units of each state; the first are its output's. */
  readonly states: readonly ChannelIds[];
  readonly weights: readonly ChannelAxes[];
  /** Settings that count its units; paths from its config. */
  readonly counts: readonly { readonly path: readonly (string | number)[]; readonly channels: ChannelIds }[];
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
    trace(input, tracer, part) {
      const made = tracer.fresh(units, part);
      return {
        states: Array<ChannelIds>(kind.states).fill(made),
        weights: gatedAxes([], input, made, gates, use_bias),
        counts: [{ path: ["units"], channels: made }],
      };
    },
  };
}

const stackSettings = v.object({ cells: v.pipe(v.array(kerasObject), v.minLength(1)) });

function readStack(config: JsonObject): Cell[] {
  const parsed = v.safeParse(stackSettings, config);
  if (!parsed.success)
    throw new LayerProblem(`has a stack of cells TensorFlow.js cannot read: ${issueClause(parsed.issues[0])}`);
  return parsed.output.cells.map((cell) => readCell(cell.class_name, cell.config));
}

const cellName = (index: number): string => `RNNCell_${index}`;

/** Cells that feed each other; the states of the last come first. */
function stack(cells: readonly Cell[]): Cell {
  return {
    units: cells.at(-1)?.units ?? 0,
    states: cells.toReversed().flatMap((cell) => cell.states),
    slots: (inputLength, steps) =>
      cells.flatMap((cell, i) =>
        cell
          .slots(cells[i - 1]?.units ?? inputLength, steps)
          .map((slot) => ({ ...slot, path: `${cellName(i)}/${slot.path}` })),
      ),
    trace(input, tracer) {
      let read = input;
      const traced = cells.map((cell, i) => {
        const result = cell.trace(read, tracer, cellName(i));
        read = result.states[0] ?? null;
        return result;
      });
      return {
        states: traced.toReversed().flatMap(({ states }) => states),
        weights: traced.flatMap(({ weights }) => weights),
        counts: traced.flatMap(({ counts }, i) =>
          counts.map(({ path, channels }) => ({ path: ["cells", i, "config", ...path], channels })),
        ),
      };
    },
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

/** The axes of those weights: column g·units + u belongs to unit u. */
function gatedAxes(
  window: readonly null[],
  input: ChannelIds | null,
  units: ChannelIds,
  gates: number,
  bias: boolean,
): ChannelAxes[] {
  const columns = makes(Int32Array.from({ length: units.length * gates }, (_, i) => units[i % units.length] as number));
  const kernels = [input, units].map((read) => [...window, reads(read), columns]);
  return bias ? [...kernels, [columns]] : kernels;
}

const sequence = { return_sequences: flag(false), return_state: flag(false), stateful: flag(false) };

function refuseOpenBatch(stateful: boolean, input: Shape): void {
  if (!stateful || typeof input[0] === "number") return;
  throw new LayerProblem(
    "is stateful and the batch size is open, which TensorFlow.js cannot load",
    "give the model a batch size",
  );
}

/** First states that a layer is given are as wide as its own: tied to them, or, made by no layer, locking them. */
function tieStates(given: readonly Symbols[], states: readonly ChannelIds[], axis: number, tracer: Tracer): void {
  for (const [i, state] of given.entries()) {
    const own = states[i];
    const channels = channelsAt(state, axis, tracer);
    if (own && channels) tracer.tie(own, channels);
    else if (own) tracer.lock(own, `Layer "${tracer.layer}" starts from a state that no layer makes.`);
  }
}

/**
 * An RNN layer; `cellOf` finds its cell in its config.
 * @param at where that is
 */
function recurrent(cellOf: (config: JsonObject) => Cell, at: readonly string[] = []): LayerRule {
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
      trace([input, ...given], tracer, shapes) {
        const sequence = input as Symbols;
        const read = onlyChannelsAt(sequence, 2, tracer, "steps along these channels");
        const { states, weights, counts } = cell.trace(read, tracer);
        tieStates(given, states, 1, tracer);
        const [output] = states;
        return {
          outputs: shapes.map((shape, i) => along(shape, shape.length - 1, (i === 0 ? output : states[i - 1]) ?? null)),
          weights,
          counts: counts.map(({ path, channels }) => ({ path: [...at, ...path], channels })),
        };
      },
    }))(config, resolve);
  };
}

/** The sequence; what follows it among the inputs are first states. */
function firstInput(inputs: readonly Shape[]): Shape {
  return onlyInput(inputs.slice(0, 1), 3);
}

const named = (className: string) => recurrent((config) => readCell(className, config));

const generic = recurrent(
  (config) => {
    const parsed = v.safeParse(v.object({ cell: kerasObject }), config);
    if (!parsed.success) throw new LayerProblem("has no cell that TensorFlow.js can read");
    return readCell(parsed.output.cell.class_name, parsed.output.cell.config);
  },
  ["cell", "config"],
);

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
    trace([input, ...given], tracer, shapes): Traced {
      const sequence = input as Symbols;
      // In a frame the channels stand where the format says; the sequence has the time before that.
      const read = onlyChannelsAt(sequence, channelAxis(4, s.data_format) + 1, tracer, "steps along these channels");
      const filters = tracer.fresh(s.filters);
      tieStates(given, [filters, filters], channelAxis(4, s.data_format), tracer);
      const axis = (rank: number) => channelAxis(4, s.data_format) + rank - 4;
      return {
        outputs: shapes.map((shape) => along(shape, axis(shape.length), filters)),
        weights: gatedAxes(none(2), read, filters, 4, s.use_bias),
        counts: [{ path: ["filters"], channels: filters }],
      };
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
