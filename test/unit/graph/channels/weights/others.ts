import {
  add,
  concat,
  conv,
  dense,
  depthwise,
  entry,
  flatten,
  fromKeras,
  functional,
  innerLayer,
  input,
  layer,
  reshape,
  still,
} from "../architectures/architecture.ts";
import {
  bidirectional,
  both,
  channelsIn,
  filters,
  first,
  flattened,
  gated,
  lostByA,
  recurrent,
  start,
  type WeightCase,
} from "./weightCase.ts";

/** Layers of vectors and sequences, of several inputs, and of layers. */
export const otherCases: Readonly<Record<string, WeightCase>> = {
  RepeatVector: {
    build: () => {
      const x = input("x", 2);
      return functional(x, dense("out", 3)(flatten()(layer("repeatVector", "r", { n: 3 })(dense("a", filters)(x)))));
    },
    lost: (gone) => ({
      "a/kernel": { 1: gone },
      "a/bias": { 0: gone },
      "out/kernel": { 0: flattened(gone, 3, "channelsLast") },
    }),
  },
  "DepthwiseConv2D with a multiplier": {
    formats: both,
    build: (format) => {
      const { x, a, dataFormat } = start(format);
      return functional(x, conv("out", 3, { dataFormat })(depthwise("dw", { depthMultiplier: 3, dataFormat })(a)));
    },
    lost: (gone) => {
      const outputs = gone.flatMap((channel) => [0, 1, 2].map((j) => channel * 3 + j));
      return {
        ...lostByA(gone),
        "dw/depthwise_kernel": { 2: gone },
        "dw/bias": { 0: outputs },
        "out/kernel": { 2: outputs },
      };
    },
  },
  "SeparableConv2D with a multiplier, reading": {
    build: () =>
      fromKeras(
        "Sequential",
        {
          name: "net",
          layers: [
            entry("Conv2D", "a", { filters, kernel_size: [1, 1], batch_input_shape: [null, 3, 2, 2] }),
            entry("SeparableConv2D", "out", { filters: 2, kernel_size: [2, 2], depth_multiplier: 2 }),
          ],
        },
        {
          "a/kernel": [1, 1, 2, filters],
          "a/bias": [filters],
          "out/depthwise_kernel": [2, 2, filters, 2],
          "out/pointwise_kernel": [1, 1, 2 * filters, 2],
          "out/bias": [2],
        },
      ),
    lost: (gone) => ({
      ...lostByA(gone),
      "out/depthwise_kernel": { 2: gone },
      "out/pointwise_kernel": { 2: gone.flatMap((channel) => [2 * channel, 2 * channel + 1]) },
    }),
  },
  "SeparableConv2D, read": {
    build: () => {
      const x = input("x", 3, 2, 2);
      const initial = { depthwiseInitializer: "zeros", pointwiseInitializer: "zeros" };
      return functional(
        x,
        conv("out", 3)(layer("separableConv2d", "a", { filters, kernelSize: 2, padding: "same", ...initial })(x)),
      );
    },
    lost: (gone) => ({ "a/pointwise_kernel": { 3: gone }, "a/bias": { 0: gone }, "out/kernel": { 2: gone } }),
  },
  Add: {
    formats: both,
    build: (format) => {
      const { x, a, dataFormat } = start(format);
      return functional(x, conv("out", 3, { dataFormat })(add("sum")([a, conv("b", filters, { dataFormat })(x)])));
    },
    lost: (gone) => ({ ...lostByA(gone), "b/kernel": { 3: gone }, "b/bias": { 0: gone }, "out/kernel": { 2: gone } }),
  },
  "Multiply by a vector": {
    build: () => {
      const { x, a } = start("channelsLast");
      const gates = dense("b", filters)(layer("globalAveragePooling2d", "pool")(x));
      return functional(x, conv("out", 3)(layer("multiply", "times")([a, gates])));
    },
    lost: (gone) => ({ ...lostByA(gone), "b/kernel": { 1: gone }, "b/bias": { 0: gone }, "out/kernel": { 2: gone } }),
  },
  Concatenate: {
    formats: both,
    build: (format) => {
      const { x, a, dataFormat } = start(format);
      const joined = concat("joined", channelsIn(format))([conv("b", 3, { dataFormat })(x), a, x, a]);
      return functional(x, conv("out", 3, { dataFormat })(joined));
    },
    lost: (gone) => ({ ...lostByA(gone), "out/kernel": { 2: gone.flatMap((channel) => [3 + channel, 9 + channel]) } }),
  },
  Embedding: {
    build: () => {
      const x = input("x", 3);
      return functional(x, dense("out", 3)(flatten()(layer("embedding", "a", { inputDim: 5, outputDim: filters })(x))));
    },
    lost: (gone) => ({ "a/embeddings": { 1: gone }, "out/kernel": { 0: flattened(gone, 3, "channelsLast") } }),
  },
  "Dense folded, read by a transposed convolution": {
    build: () => {
      const x = input("x", 2);
      const config = { ...first, filters: 3 };
      return functional(x, layer("conv2dTranspose", "out", config)(reshape("r", 2, 3, filters)(dense("a", 24)(x))));
    },
    lost: (gone) => ({
      "a/kernel": { 1: flattened(gone, 6, "channelsLast") },
      "a/bias": { 0: flattened(gone, 6, "channelsLast") },
      "out/kernel": { 3: gone },
    }),
  },
  SimpleRNN: recurrent("simpleRNN", 1),
  GRU: recurrent("gru", 3),
  LSTM: recurrent("lstm", 4),
  "RNN of a cell, reading": {
    build: () => {
      const x = input("x", 3, 2);
      const cell = innerLayer("lstmCell", "cell", { units: 2, ...still });
      return functional(x, layer("rnn", "out", { cell })(dense("a", filters)(x)));
    },
    lost: (gone) => ({ "a/kernel": { 1: gone }, "a/bias": { 0: gone }, "out/kernel": { 0: gone } }),
  },
  "Bidirectional, concat": bidirectional("concat"),
  "Bidirectional, sum": bidirectional("sum"),
  ConvLSTM2D: {
    formats: both,
    build: (dataFormat) => {
      const x = dataFormat === "channelsLast" ? input("x", 3, 3, 2, 2) : input("x", 3, 2, 3, 2);
      const a = layer("convLstm2d", "a", { filters, ...first, ...still, dataFormat })(x);
      return functional(x, conv("out", 3, { dataFormat })(a));
    },
    lost: (gone) => ({
      "a/kernel": { 3: gated(gone, 4) },
      "a/recurrent_kernel": { 2: gone, 3: gated(gone, 4) },
      "a/bias": { 0: gated(gone, 4) },
      "out/kernel": { 2: gone },
    }),
  },
  TimeDistributed: {
    build: () => {
      const x = input("x", 2, 3, 2, 2);
      const each = (name: string, inner: ReturnType<typeof innerLayer>) =>
        layer("timeDistributed", name, { layer: inner });
      const a = each("a", innerLayer("conv2d", "c", { filters, ...first }))(x);
      const bn = each("bn", innerLayer("batchNormalization", "n"))(a);
      return functional(
        x,
        each("out", innerLayer("dense", "d", { units: 3 }))(each("f", innerLayer("flatten", "g"))(bn)),
      );
    },
    lost: (gone) => ({
      ...lostByA(gone),
      ...Object.fromEntries(
        ["gamma", "beta", "moving_mean", "moving_variance"].map((name) => [`bn/${name}`, { 0: gone }]),
      ),
      "out/kernel": { 0: flattened(gone, 6, "channelsLast") },
    }),
  },
};
