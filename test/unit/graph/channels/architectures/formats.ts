import {
  type Architectures,
  activation,
  add,
  answers,
  concat,
  conv,
  dense,
  depthwise,
  entry,
  flatten,
  fromKeras,
  functional,
  input,
  layer,
  norm,
} from "./architecture.ts";

const first = { dataFormat: "channelsFirst" };

/** Channels in front of the places. */
export const formats: Architectures = {
  "channels first, flattened as they lie": {
    build: () => {
      const x = input("x", 2, 6, 6);
      const a = norm("bn", { axis: 1 })(conv("a", 4, first)(x));
      const b = layer("maxPooling2d", "halved", { poolSize: 2, ...first })(conv("b", 5, first)(a));
      return functional(x, dense("out", 3)(flatten()(b)));
    },
    groups: ["a: 4 of 4 free; followed by bn; read by b", "b: 5 of 5 free; read by out", answers(3)],
  },

  "channels first, flattened with the channels last": {
    build: () => {
      const x = input("x", 2, 3, 4);
      const a = conv("a", 5, { ...first, activation: "sigmoid" })(x);
      return functional(x, dense("out", 3)(flatten("flatten", first)(a)));
    },
    groups: ["a: 5 of 5 free; read by out", answers(3)],
  },

  "channels first: depthwise, separable, transposed, pools, a sum and joined": {
    build: () => {
      const x = input("x", 2, 6, 6);
      const a = conv("a", 4, first)(x);
      const b = depthwise("b", { ...first, depthMultiplier: 2 })(a);
      const zeros = { depthwiseInitializer: "zeros", pointwiseInitializer: "zeros", useBias: false };
      const c = layer("separableConv2d", "c", { filters: 4, kernelSize: 3, padding: "same", ...zeros, ...first })(b);
      const sum = add("sum")([a, c]);
      const d = layer("conv2dTranspose", "d", {
        filters: 3,
        kernelSize: 2,
        strides: 2,
        kernelInitializer: "zeros",
        ...first,
      })(sum);
      const grown = layer("upSampling2d", "grown", { size: [2, 2], ...first })(sum);
      const joined = concat("joined", 1)([d, grown]);
      const cut = layer("cropping2D", "cut", { cropping: 1, ...first })(
        layer("zeroPadding2d", "pad", { padding: 2, ...first })(joined),
      );
      return functional(x, dense("out", 3)(layer("globalMaxPooling2d", "pool", first)(cut)));
    },
    groups: ["a + c: 4 of 4 free; followed by b; read by c, d, out", "d: 3 of 3 free; read by out", answers(3)],
  },

  "channels first along three axes": {
    build: () => {
      const x = input("x", 2, 4, 4, 4);
      const a = layer("conv3d", "a", { filters: 4, kernelSize: 2, kernelInitializer: "zeros", ...first })(x);
      const pooled = layer("averagePooling3d", "pooled", { poolSize: 2, ...first })(a);
      return functional(x, dense("out", 2)(flatten()(pooled)));
    },
    groups: ["a: 4 of 4 free; read by out", answers(2)],
  },

  "channels first along one axis, where tfjs gives them back last": {
    build: () => {
      const config = { data_format: "channels_first", kernel_size: [3], strides: [1], padding: "same" };
      const list = [
        entry("Dense", "a", { units: 6, batch_input_shape: [null, 4, 3] }),
        entry("Conv1D", "b", { filters: 5, ...config }),
        entry("Flatten", "flatten", {}),
        entry("Dense", "out", { units: 2, use_bias: false }),
      ];
      return fromKeras(
        "Sequential",
        { name: "net", layers: list },
        {
          "a/kernel": [3, 6],
          "a/bias": [6],
          "b/kernel": [3, 4, 5],
          "b/bias": [5],
          "out/kernel": [30, 2],
        },
      );
    },
    groups: [
      'a: 0 of 6 free; because Layer "b" slides a window along these channels.',
      'b: 0 of 5 free; read by out; because Layer "b" says that its filters come first, and TensorFlow.js puts them last.',
      answers(2),
    ],
  },

  "one channel first, as a vector": {
    build: () => {
      const x = input("x", 2, 3, 3);
      const pooled = layer("averagePooling2d", "pooled", { poolSize: 3, ...first })(conv("a", 1, first)(x));
      return functional(x, dense("out", 2)(layer("reshape", "vector", { targetShape: [1] })(pooled)));
    },
    groups: ['a: 0 of 1 free; read by out; because Layer "a" makes no other.', answers(2)],
  },

  "channels first, a softmax over the rows": {
    build: () => {
      const x = input("x", 2, 3, 3);
      const a = activation("shares", "softmax")(conv("a", 4, first)(x));
      return functional(x, dense("out", 2)(flatten()(a)));
    },
    groups: ['a: 0 of 4 free; read by out; because Layer "shares" takes a softmax over these channels.', answers(2)],
  },

  "an LSTM of convolutions with channels first": {
    lacking: ["wasm"],
    build: () => {
      const x = input("x", 3, 2, 4, 4);
      const a = layer("convLstm2d", "a", {
        filters: 3,
        kernelSize: 2,
        kernelInitializer: "zeros",
        recurrentInitializer: "zeros",
        ...first,
      })(x);
      return functional(x, dense("out", 2)(layer("globalAveragePooling2d", "pool", first)(a)));
    },
    groups: ["a: 3 of 3 free; read by a, out", answers(2)],
  },

  "channels first with places read by a dense layer": {
    build: () => {
      const x = input("x", 2, 3, 4);
      const a = conv("a", 5, first)(x);
      const rows = dense("b", 6)(a);
      return functional(x, dense("out", 2)(layer("globalAveragePooling2d", "pool", first)(rows)));
    },
    groups: [
      "a: 5 of 5 free; read by out",
      'b: 0 of 6 free; because Layer "pool" pools along these channels.',
      answers(2),
    ],
  },
};
