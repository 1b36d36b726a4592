import { layers } from "../../tfjs.ts";
import {
  type Architectures,
  add,
  answers,
  conv,
  dense,
  entry,
  flatten,
  fromKeras,
  functional,
  indices,
  innerLayer,
  input,
  layer,
  layerOfSeveral,
  linear,
  still,
  type Tensor,
  vocabulary,
} from "./architecture.ts";

const recurrent = (make: string, name: string, units: number, config = {}) =>
  layer(make, name, { units, ...still, ...config });
const all = { returnSequences: true };

/** A Bidirectional LSTM, given by its way of merging both directions. */
const bidirectional = (mergeMode: string | null, config = {}): ((x: Tensor) => Tensor) =>
  layer("bidirectional", "both", {
    layer: innerLayer("lstm", "lstm", { units: 4, ...still, ...config }),
    mergeMode,
  }) as (x: Tensor) => Tensor;

/** Layers with a memory, and layers at every time step. */
export const recurrents: Architectures = {
  "SimpleRNN, GRU and LSTM on top of each other": {
    build: () => {
      const x = input("x", 5, 3);
      const a = recurrent("simpleRNN", "a", 4, { ...all, activation: "sigmoid" })(x);
      const b = recurrent("gru", "b", 5, { ...all, recurrentActivation: "sigmoid" })(a);
      const c = recurrent("lstm", "c", 3, { goBackwards: true })(b);
      return functional(x, dense("out", 2)(c));
    },
    // A recurrent kernel reads what its layer makes.
    groups: [
      "a: 4 of 4 free; read by a, b",
      "b: 5 of 5 free; read by b, c",
      "c: 3 of 3 free; read by c, out",
      answers(2),
    ],
  },

  "an embedding before an LSTM": {
    build: () => {
      const words = indices("words", 6);
      const embedded = layer("embedding", "a", { inputDim: vocabulary, outputDim: 4, maskZero: true })(words);
      return functional(words, dense("out", 2)(recurrent("lstm", "b", 5, { useBias: false })(embedded)));
    },
    groups: ["a: 4 of 4 free; read by b", "b: 5 of 5 free; read by b, out", answers(2)],
  },

  "states handed to another LSTM, one given out": {
    build: () => {
      const [x, z] = [input("x", 4, 3), input("z", 6, 2)];
      // Not what it gives out too: that is the state, and tfjs disposes of both once one is used up.
      const [, h, c] = layerOfSeveral("lstm", "encoder", { units: 5, returnState: true, ...still })(x);
      const decoded = recurrent("lstm", "decoder", 5, all)([z, h, c] as Tensor[]);
      const [, state] = layerOfSeveral("gru", "third", { units: 3, returnState: true, ...still })(x);
      return functional([x, z], [dense("out", 2)(decoded), dense("side", 1)(c as Tensor), state as Tensor]);
    },
    groups: [
      "encoder + decoder: 5 of 5 free; read by encoder, decoder, out, side",
      answers(2),
      answers(1, "side"),
      'third: 0 of 3 free; read by third; because Layer "third" gives these channels out: the model answers with them.',
    ],
  },

  "a first state that no layer makes": {
    build: () => {
      const [x, h] = [input("x", 4, 3), input("h", 5)];
      return functional([x, h], dense("out", 2)(recurrent("gru", "a", 5)([x, h])));
    },
    groups: ['a: 0 of 5 free; read by a, out; because Layer "a" starts from a state that no layer makes.', answers(2)],
  },

  "stacked cells of several kinds": {
    build: () => {
      const cells = [
        ["SimpleRNNCell", 3],
        ["LSTMCell", 4],
        ["GRUCell", 5],
      ] as const;
      const stack = cells.map(([class_name, units], i) => ({
        class_name,
        config: { name: `cell${i}`, units, ...(class_name === "GRUCell" && { reset_after: false }) },
      }));
      const rnn = entry("RNN", "rnn", {
        cell: { class_name: "StackedRNNCells", config: { name: "stack", cells: stack } },
        batch_input_shape: [null, 4, 2],
      });
      const cell = (i: number, read: number, units: number, gates: number) => ({
        [`rnn/RNNCell_${i}/kernel`]: [read, gates * units],
        [`rnn/RNNCell_${i}/recurrent_kernel`]: [units, gates * units],
        [`rnn/RNNCell_${i}/bias`]: [gates * units],
      });
      return fromKeras(
        "Sequential",
        { name: "net", layers: [rnn, entry("Dense", "out", { units: 2, use_bias: false })] },
        { ...cell(0, 2, 3, 1), ...cell(1, 3, 4, 4), ...cell(2, 4, 5, 3), "out/kernel": [5, 2] },
      );
    },
    groups: [
      "rnn: 3 of 3 free; read by rnn",
      "rnn: 4 of 4 free; read by rnn",
      "rnn: 5 of 5 free; read by rnn, out",
      answers(2),
    ],
  },

  ...Object.fromEntries(
    (["concat", "sum", "mul", "ave"] as const).map((mode) => [
      `Bidirectional, ${mode}`,
      {
        build: () => {
          const x = input("x", 5, 3);
          const b = layer("conv1d", "b", { filters: 3, kernelSize: 2, kernelInitializer: "zeros" });
          return functional(x, dense("out", 2)(flatten()(b(bidirectional(mode, all)(x)))));
        },
        // One setting counts the units of both directions.
        groups: ["both: 4 of 4 free; read by both, b", "b: 3 of 3 free; read by out", answers(2)],
      },
    ]),
  ),

  "Bidirectional, both outputs and all states": {
    build: () => {
      const x = input("x", 5, 3);
      const lstm = innerLayer("lstm", "lstm", { units: 4, returnState: true, ...still });
      const outputs = layerOfSeveral("bidirectional", "both", { layer: lstm, mergeMode: "concat" })(x);
      const states = outputs.slice(1).map((state, i) => dense(`d${i}`, 2)(state));
      return functional(x, [dense("out", 2)(outputs[0] as Tensor), add("sum")(states)]);
    },
    groups: [
      "both: 4 of 4 free; read by both, d0, d1, d2, d3, out",
      'd0 + d1 + d2 + d3: 0 of 2 free; because Layer "sum" gives these channels out: the model answers with them.',
      answers(2),
    ],
  },

  "an LSTM of convolutions": {
    build: () => {
      const x = input("x", 3, 4, 4, 2);
      const config = { filters: 4, kernelSize: 2, padding: "same", ...still };
      const a = layer("convLstm2d", "a", { ...config, ...all })(x);
      const b = layer("convLstm2d", "b", { ...config, filters: 3, activation: "relu" })(a);
      return functional(x, conv("out", 2, linear)(b));
    },
    groups: ["a: 4 of 4 free; read by a, b", "b: 3 of 3 free; read by b, out", answers(2)],
  },

  "convolutions, pools and batch-norm at every time step": {
    build: () => {
      const x = input("x", 3, 6, 6, 2);
      const each = (name: string, inner: ReturnType<typeof innerLayer>) =>
        layer("timeDistributed", name, { layer: inner });
      const a = each("a", innerLayer("conv2d", "conv", { filters: 4, kernelSize: 3, kernelInitializer: "zeros" }))(x);
      const b = each("b", innerLayer("batchNormalization", "bn", {}))(a);
      const c = each("c", innerLayer("reshape", "rows", { targetShape: [16, 4] }))(b);
      const d = each("d", innerLayer("globalMaxPooling1d", "pool", {}))(c);
      const e = each("e", innerLayer("dense", "units", { units: 5 }))(d);
      return functional(x, dense("out", 2)(recurrent("gru", "f", 3)(e)));
    },
    groups: [
      "a: 4 of 4 free; followed by b; read by e",
      "e: 5 of 5 free; read by f",
      "f: 3 of 3 free; read by f, out",
      answers(2),
    ],
  },

  "channels where time should be": {
    build: () => {
      const x = input("x", 4, 3);
      const turned = layer("permute", "turned", { dims: [2, 1] })(dense("a", 5)(x));
      return functional(x, dense("out", 2)(recurrent("lstm", "b", 3)(turned)));
    },
    groups: [
      'a: 0 of 5 free; because Layer "b" steps along these channels.',
      "b: 3 of 3 free; read by b, out",
      answers(2),
    ],
  },

  "channels where time should be, each row by itself": {
    build: () => {
      const x = input("x", 6, 3);
      const turn = (name: string) => layer("permute", name, { dims: [2, 1] });
      const window = { kernelSize: 2, kernelInitializer: "zeros" };
      const rows = turn("turned")(layer("conv1d", "a", { ...window, filters: 4, padding: "same" })(x));
      const b = layer("timeDistributed", "b", { layer: innerLayer("dense", "units", { units: 5 }) })(rows);
      const y = input("y", 5);
      const code = layers.model({ name: "code", inputs: y, outputs: dense("c", 3)(y) });
      const c = layer("timeDistributed", "steps", { layer: code })(b);
      return functional(x, layer("conv1d", "out", { ...window, filters: 2 })(turn("back")(c)));
    },
    groups: [
      "a: 4 of 4 free; read by out",
      "b: 5 of 5 free; read by steps/c",
      'steps/c: 0 of 3 free; because Layer "out" slides a window along these channels.',
      answers(2),
    ],
  },

  "steps left out by their values": {
    build: () => {
      const x = input("x", 4, 3);
      const masked = layer("masking", "masked", { maskValue: 0 })(dense("a", 5, { activation: "relu" })(x));
      return functional(x, dense("out", 2)(recurrent("lstm", "b", 3)(masked)));
    },
    groups: [
      'a: 0 of 5 free; read by b; because Layer "masked" leaves out steps by all channels together.',
      "b: 3 of 3 free; read by b, out",
      answers(2),
    ],
  },

  "images to sequences": {
    build: () => {
      const x = input("x", 4, 6, 1);
      const rows = layer("reshape", "rows", { targetShape: [4, 18] })(conv("a", 3)(x));
      const b = recurrent("lstm", "b", 4, all)(rows);
      return functional(x, dense("out", 2)(layer("globalAveragePooling1d", "pool")(b)));
    },
    groups: ["a: 3 of 3 free; read by b", "b: 4 of 4 free; read by b, out", answers(2)],
  },

  "attention by a softmax over time": {
    build: () => {
      const x = input("x", 4, 3);
      const states = recurrent("gru", "a", 5, all)(x);
      const scores = flatten("scores")(dense("score", 1, { activation: "tanh" })(states));
      const shares = layer("activation", "shares", { activation: "softmax" })(scores);
      const column = layer("reshape", "column", { targetShape: [4, 1] })(shares);
      const weighed = layer("multiply", "weighed")([states, column]);
      return functional(x, dense("out", 2)(layer("globalMaxPooling1d", "pool")(weighed)));
    },
    groups: [
      "a: 5 of 5 free; read by a, score, out",
      'score: 0 of 1 free; because Layer "weighed" stretches it over all channels of another input.',
      answers(2),
    ],
  },
};
