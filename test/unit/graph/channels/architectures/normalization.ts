import {
  type Architectures,
  activation,
  answers,
  conv,
  dense,
  entry,
  flatten,
  fromKeras,
  functional,
  globalPool,
  input,
  layer,
  norm,
} from "./architecture.ts";

/** Layers that scale, shift and compare channels, and what they lock. */
export const normalizations: Architectures = {
  "batch-norm of rows, and without scale or shift": {
    build: () => {
      const x = input("x", 4, 4, 2);
      const rows = norm("rows", { axis: 1 })(conv("a", 5, { activation: "linear" })(x));
      const bn = norm("bn", { scale: false })(norm("bn2", { center: false })(rows));
      return functional(x, dense("out", 2)(flatten()(activation("soft", "softplus")(bn))));
    },
    groups: ["a: 5 of 5 free; followed by bn2, bn; read by out", answers(2)],
  },

  "layer-norm over the channels": {
    build: () => {
      const x = input("x", 4, 4, 2);
      const a = layer("layerNormalization", "ln")(conv("a", 5)(x));
      return functional(x, dense("out", 2)(globalPool()(conv("b", 3)(a))));
    },
    groups: [
      'a: 0 of 5 free; followed by ln; read by b; because Layer "ln" normalises over these channels.',
      "b: 3 of 3 free; read by out",
      answers(2),
    ],
  },

  "layer-norm over places, each channel by itself": {
    build: () => {
      const x = input("x", 4, 4, 2);
      const a = layer("layerNormalization", "ln", { axis: [1, 2] })(conv("a", 5)(x));
      return functional(x, dense("out", 2)(globalPool()(a)));
    },
    groups: ["a: 5 of 5 free; read by out", answers(2)],
  },

  "layer-norm over everything": {
    build: () => {
      const x = input("x", 4, 4, 2);
      const a = layer("layerNormalization", "ln", { axis: [1, 2, 3] })(conv("a", 5)(x));
      return functional(x, dense("out", 2)(globalPool()(a)));
    },
    groups: [
      'a: 0 of 5 free; followed by ln; read by out; because Layer "ln" normalises over these channels.',
      answers(2),
    ],
  },

  "PReLU with a slope per element, per channel, per place and one for all": {
    build: () => {
      const x = input("x", 4, 4, 2);
      const prelu = (name: string, sharedAxes?: number[]) =>
        layer("prelu", name, { alphaInitializer: "zeros", ...(sharedAxes && { sharedAxes }) });
      const a = prelu("each")(conv("a", 3, { activation: "linear" })(x));
      const b = prelu("channel", [1, 2])(conv("b", 4, { activation: "linear" })(a));
      const c = prelu("place", [3])(conv("c", 5, { activation: "linear" })(b));
      return functional(x, dense("out", 2)(flatten()(prelu("one", [1, 2, 3])(c))));
    },
    groups: [
      "a: 3 of 3 free; followed by each; read by b",
      "b: 4 of 4 free; followed by channel; read by c",
      "c: 5 of 5 free; read by out",
      answers(2),
    ],
  },

  "PReLU on a folded layer": {
    build: () => {
      const x = input("x", 4);
      const folded = layer("reshape", "folded", { targetShape: [2, 2, 3] })(dense("a", 12)(x));
      const slopes = layer("prelu", "slopes", { alphaInitializer: "zeros", sharedAxes: [1, 2] })(folded);
      return functional(x, dense("out", 2)(flatten()(slopes)));
    },
    groups: ["a: 3 of 3 free; followed by slopes; read by out", answers(2)],
  },

  "batch-norm on the rows of a folded layer": {
    build: () => {
      const x = input("x", 4);
      const folded = layer("reshape", "folded", { targetShape: [2, 6] })(dense("a", 12)(x));
      return functional(x, dense("out", 2)(flatten()(norm("bn", { axis: 1 })(folded))));
    },
    groups: ["a: 2 of 2 free; followed by bn; read by out", answers(2)],
  },

  "softmax in the middle: as an activation, as a layer, in a layer": {
    build: () => {
      const x = input("x", 4, 4, 2);
      const a = activation("shares", "softmax")(conv("a", 3)(x));
      const b = conv("b", 4, { activation: "softmax" })(a);
      const c = layer("softmax", "again", { axis: -1 })(conv("c", 5)(b));
      return functional(x, dense("out", 2)(flatten()(c)));
    },
    groups: [
      'a: 0 of 3 free; read by b; because Layer "shares" takes a softmax over these channels.',
      'b: 0 of 4 free; read by c; because Layer "b" takes a softmax over these channels.',
      'c: 0 of 5 free; read by out; because Layer "again" takes a softmax over these channels.',
      answers(2),
    ],
  },

  "an activation that is a layer": {
    build: () => {
      const conv2d = (name: string, activation: string) =>
        entry("Conv2D", name, { filters: 3, kernel_size: [1, 1], activation, batch_input_shape: [null, 4, 4, 3] });
      const list = [
        conv2d("a", "LeakyReLU"),
        conv2d("b", "LayerNormalization"),
        entry("Flatten", "flatten", {}),
        entry("Dense", "out", { units: 2, use_bias: false }),
      ];
      return fromKeras(
        "Sequential",
        { name: "net", layers: list },
        {
          "a/kernel": [1, 1, 3, 3],
          "a/bias": [3],
          "b/kernel": [1, 1, 3, 3],
          "b/bias": [3],
          "out/kernel": [48, 2],
        },
      );
    },
    groups: [
      "a: 3 of 3 free; read by b",
      'b: 0 of 3 free; read by out; because Layer "b" has an activation that may look at all channels at once.',
      answers(2),
    ],
  },

  "products of sequences": {
    build: () => {
      const [x, z] = [input("x", 4, 3), input("z", 5, 3)];
      const scores = layer("dot", "scores", { axes: 2 })([dense("a", 6)(x), dense("b", 6)(z)]);
      const weighed = layer("dot", "weighed", { axes: [2, 1] })([scores, dense("c", 7)(z)]);
      return functional([x, z], dense("out", 2)(layer("globalAveragePooling1d", "pool")(weighed)));
    },
    groups: [
      'a: 0 of 6 free; because Layer "scores" multiplies these channels away.',
      'b: 0 of 6 free; because Layer "scores" multiplies these channels away.',
      "c: 7 of 7 free; read by out",
      answers(2),
    ],
  },

  "one scale for all, and one per channel": {
    build: () => {
      const conv2d = (name: string, activation: string) =>
        entry("Conv2D", name, { filters: 3, kernel_size: [1, 1], activation, batch_input_shape: [null, 4, 4, 3] });
      const list = [
        entry("Rescaling", "pixels", { scale: [0.5, 0.25, 2], offset: 0, batch_input_shape: [null, 4, 4, 3] }),
        conv2d("a", "relu"),
        entry("Rescaling", "all", { scale: 0.5, offset: -1 }),
        conv2d("b", "relu"),
        entry("Rescaling", "each", { scale: [0.5, 0.25, 2], offset: 0 }),
        entry("GlobalMaxPooling2D", "pool", {}),
        entry("Dense", "out", { units: 2, use_bias: false }),
      ];
      return fromKeras(
        "Sequential",
        { name: "net", layers: list },
        {
          "a/kernel": [1, 1, 3, 3],
          "a/bias": [3],
          "b/kernel": [1, 1, 3, 3],
          "b/bias": [3],
          "out/kernel": [3, 2],
        },
      );
    },
    groups: [
      "a: 3 of 3 free; read by b",
      'b: 0 of 3 free; read by out; because Layer "each" has a scale or an offset of its own for each.',
      answers(2),
    ],
  },

  "noise and dropout, which pass": {
    build: () => {
      const x = input("x", 4, 4, 2);
      const a = layer("gaussianNoise", "noise", { stddev: 1 })(conv("a", 5)(x));
      const b = layer("dropout", "drop", { rate: 0.5 })(layer("gaussianDropout", "g", { rate: 0.5 })(a));
      const c = layer("alphaDropout", "alpha", { rate: 0.5 })(layer("thresholdedReLU", "t", { theta: 0.1 })(b));
      const rows = layer("reshape", "rows", { targetShape: [16, 5] })(layer("leakyReLU", "l")(layer("elu", "e")(c)));
      const d = layer("spatialDropout1d", "s", { rate: 0.5 })(rows);
      return functional(x, dense("out", 2)(layer("globalMaxPooling1d", "pool")(d)));
    },
    groups: ["a: 5 of 5 free; read by out", answers(2)],
  },

  "numbers that are looked up": {
    lacking: ["tensorflow"],
    build: () => {
      const x = input("x", 3);
      const codes = layer("categoryEncoding", "codes", { numTokens: 5, outputMode: "multiHot" })(
        layer("thresholdedReLU", "index", { theta: 0 })(dense("a", 4)(x)),
      );
      return functional(x, dense("out", 2)(codes));
    },
    groups: ['a: 0 of 4 free; because Layer "codes" does with these channels what Secateur cannot follow.', answers(2)],
  },
};
