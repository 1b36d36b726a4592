import { layers } from "../../tfjs.ts";
import {
  type Architectures,
  activation,
  add,
  answers,
  concat,
  conv,
  dense,
  depthwise,
  flatten,
  functional,
  globalPool,
  innerLayer,
  input,
  layer,
  norm,
} from "./architecture.ts";

/** Layers that are called more than once. */
export const sharedLayers: Architectures = {
  "a convolution called three times in a row": {
    build: () => {
      const x = input("x", 5, 5, 2);
      const again = conv("again", 4, { activation: "tanh" });
      return functional(x, dense("out", 2)(flatten()(again(again(again(conv("a", 4)(x)))))));
    },
    groups: ["a + again: 4 of 4 free; read by again, out", answers(2)],
  },

  "one consumer of two producers": {
    build: () => {
      const x = input("x", 5, 5, 2);
      const reader = dense("reader", 3);
      const one = reader(globalPool("p1")(conv("a", 4)(x)));
      const other = reader(globalPool("p2")(conv("b", 4, { kernelSize: 1 })(x)));
      return functional(x, dense("out", 2)(concat("joined")([one, other])));
    },
    groups: ["a + b: 4 of 4 free; read by reader", "reader: 3 of 3 free; read by out", answers(2)],
  },

  "one consumer of a convolution and of the image": {
    build: () => {
      const x = input("x", 5, 5, 3);
      const reader = conv("reader", 4);
      const sum = add("sum")([reader(x), reader(conv("a", 3)(x))]);
      return functional(x, dense("out", 2)(globalPool()(sum)));
    },
    groups: [
      'a: 0 of 3 free; read by reader; because Layer "reader" is shared with inputs that no layer makes.',
      "reader: 4 of 4 free; read by out",
      answers(2),
    ],
  },

  "one batch-norm and one depthwise convolution for two": {
    build: () => {
      const x = input("x", 5, 5, 2);
      const [bn, dw] = [norm("bn"), depthwise("dw")];
      const [a, b] = [dw(bn(conv("a", 4)(x))), dw(bn(conv("b", 4)(x)))];
      return functional(x, dense("out", 2)(flatten()(concat("joined")([a, b]))));
    },
    groups: ["a + b: 4 of 4 free; followed by bn, dw; read by out", answers(2)],
  },

  "one activation for two": {
    build: () => {
      const x = input("x", 5, 5, 2);
      const relu = activation("relu", "relu");
      const joined = concat("joined")([relu(conv("a", 4)(x)), relu(conv("b", 4)(x))]);
      return functional(x, dense("out", 2)(globalPool()(joined)));
    },
    groups: ["a: 4 of 4 free; read by out", "b: 4 of 4 free; read by out", answers(2)],
  },

  "one reshape for two: it has one number of channels": {
    build: () => {
      const x = input("x", 5, 5, 2);
      const rows = layer("reshape", "rows", { targetShape: [25, 4] });
      const joined = concat("joined")([rows(conv("a", 4)(x)), rows(conv("b", 4)(x))]);
      return functional(x, dense("out", 2)(layer("globalMaxPooling1d", "pool")(joined)));
    },
    groups: ["a + b: 4 of 4 free; read by out", answers(2)],
  },

  "one reshape for a convolution and for the image": {
    build: () => {
      const x = input("x", 5, 5, 3);
      const rows = layer("reshape", "rows", { targetShape: [25, 3] });
      const joined = concat("joined")([rows(conv("a", 3)(x)), rows(x)]);
      return functional(x, dense("out", 2)(layer("globalMaxPooling1d", "pool")(joined)));
    },
    groups: [
      'a: 0 of 3 free; read by out; because Layer "rows" is shared with inputs that no layer makes.',
      '(joined/input): 0 of 3 free; read by out; because Layer "joined" joins these channels, which no layer makes, with others.',
      answers(2),
    ],
  },

  "one PReLU and one layer per step for two: both remember a shape": {
    build: () => {
      const x = input("x", 5, 5, 2);
      const slopes = layer("prelu", "slopes", { sharedAxes: [1, 2, 3], alphaInitializer: "zeros" });
      const steps = layer("timeDistributed", "steps", {
        layer: innerLayer("activation", "soft", { activation: "softplus" }),
      });
      const [a, b, c] = [slopes(conv("a", 4)(x)), slopes(conv("b", 4)(x)), steps(conv("c", 3)(x))];
      const joined = concat("joined")([a, b, c, steps(conv("d", 3)(x))]);
      return functional(x, dense("out", 2)(globalPool()(joined)));
    },
    groups: ["a + b: 4 of 4 free; read by out", "c + d: 3 of 3 free; read by out", answers(2)],
  },

  "one model per step for two": {
    build: () => {
      const x = input("x", 3, 4, 2);
      const y = input("y", null, 4);
      const model = layers.model({ name: "model", inputs: y, outputs: activation("soft", "softplus")(y) });
      const steps = layer("timeDistributed", "steps", { layer: model });
      const joined = concat("joined")([steps(dense("a", 4)(x)), steps(dense("b", 4)(x))]);
      return functional(x, dense("out", 2)(flatten()(joined)));
    },
    groups: ["a + b: 4 of 4 free; read by out", answers(2)],
  },

  "twins: two images through the same layers, and their difference": {
    build: () => {
      const [x, z] = [input("x", 5, 5, 1), input("z", 5, 5, 1)];
      const [a, b] = [conv("a", 4), conv("b", 5, { activation: "sigmoid" })];
      const code = (from: typeof x, name: string) => globalPool(name)(b(a(from)));
      const joined = layer("multiply", "joined")([code(x, "p1"), code(z, "p2")]);
      return functional([x, z], dense("out", 1)(joined));
    },
    groups: ["a: 4 of 4 free; read by b", "b: 5 of 5 free; read by out", answers(1)],
  },
};
