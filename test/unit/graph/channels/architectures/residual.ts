import {
  type Architectures,
  activation,
  add,
  answers,
  concat,
  conv,
  dense,
  flatten,
  functional,
  globalPool,
  input,
  layer,
  linear,
  norm,
} from "./architecture.ts";

/** Chains, residual networks, and what else adds channels to channels. */
export const residual: Architectures = {
  "a chain: convolution, batch-norm, ReLU, convolution": {
    build: () => {
      const x = input("x", 6, 6, 3);
      const a = activation("relu", "relu")(norm("bn")(conv("a", 8, { useBias: false, activation: "linear" })(x)));
      return functional(x, dense("out", 3)(globalPool()(conv("b", 5)(a))));
    },
    groups: ["a: 8 of 8 free; followed by bn; read by b", "b: 5 of 5 free; read by out", answers(3)],
  },

  "a residual block with an identity": {
    build: () => {
      const x = input("x", 6, 6, 3);
      const stem = conv("stem", 8)(x);
      const b = norm("bnB")(conv("b", 8)(norm("bnA")(conv("a", 5)(stem))));
      return functional(x, dense("out", 3)(globalPool()(activation("relu", "relu")(add("sum")([stem, b])))));
    },
    groups: [
      "stem + b: 8 of 8 free; followed by bnB; read by a, out",
      "a: 5 of 5 free; followed by bnA; read by b",
      answers(3),
    ],
  },

  "two stages with a projection between, each two blocks": {
    build: () => {
      const x = input("x", 8, 8, 3);
      let y = conv("stem", 4)(x);
      for (const [stage, filters] of [4, 6].entries()) {
        for (const block of [0, 1]) {
          const name = `s${stage}b${block}`;
          const strides = stage === 1 && block === 0 ? 2 : 1;
          const inner = norm(`${name}bn`)(conv(`${name}a`, 3, { strides })(y));
          const outer = conv(`${name}b`, filters, { activation: "sigmoid" })(inner);
          const shortcut = strides === 1 ? y : conv("projection", filters, { kernelSize: 1, strides })(y);
          y = activation(`${name}relu`, "relu")(add(`${name}sum`)([shortcut, outer]));
        }
      }
      return functional(x, dense("out", 3)(globalPool()(y)));
    },
    groups: [
      "stem + s0b0b + s0b1b: 4 of 4 free; read by s0b0a, s0b1a, s1b0a, projection",
      "s0b0a: 3 of 3 free; followed by s0b0bn; read by s0b0b",
      "s0b1a: 3 of 3 free; followed by s0b1bn; read by s0b1b",
      "s1b0a: 3 of 3 free; followed by s1b0bn; read by s1b0b",
      "projection + s1b0b + s1b1b: 6 of 6 free; read by s1b1a, out",
      "s1b1a: 3 of 3 free; followed by s1b1bn; read by s1b1b",
      answers(3),
    ],
  },

  "a sum with the raw input": {
    build: () => {
      const x = input("x", 6, 6, 3);
      const sum = add("sum")([x, conv("b", 3)(conv("a", 4)(x))]);
      return functional(x, dense("out", 2)(flatten()(sum)));
    },
    groups: [
      "a: 4 of 4 free; read by b",
      'b: 0 of 3 free; read by out; because Layer "sum" merges these channels with as many values that no layer makes.',
      answers(2),
    ],
  },

  "maximum, minimum, average and product of four": {
    build: () => {
      const x = input("x", 5, 5, 2);
      const soft = (name: string) => conv(name, 4, { activation: "softplus" })(x);
      const [a, b, c, d] = [soft("a"), soft("b"), soft("c"), soft("d")];
      const merged = [layer("maximum", "max")([a, b]), layer("minimum", "min")([c, d])];
      const product = layer("multiply", "times")([layer("average", "mean")(merged), a]);
      return functional(x, conv("out", 2, linear)(product));
    },
    groups: ["a + b + c + d: 4 of 4 free; read by out", answers(2)],
  },

  "a concatenation added to a convolution": {
    build: () => {
      const x = input("x", 5, 5, 2);
      const joined = concat("joined")([conv("a", 3)(x), conv("b", 4)(x)]);
      return functional(x, dense("out", 2)(globalPool()(add("sum")([joined, conv("c", 7)(x)]))));
    },
    groups: ["a + b + c: 7 of 7 free; read by out; widths 3, 4, 7", answers(2)],
  },

  "half of a sum is given out": {
    build: () => {
      const x = input("x", 5, 5, 2);
      const [a, b] = [conv("a", 3)(x), conv("b", 4)(x)];
      const sum = add("sum")([concat("joined")([a, b]), conv("c", 7)(x)]);
      return functional(x, [dense("out", 2)(globalPool()(sum)), b]);
    },
    groups: [
      'a + b + c: 3 of 7 free; read by out; widths 3, 7; because Layer "b" gives these channels out: the model answers with them.',
      answers(2),
    ],
  },

  "a gate of one channel over all of another": {
    build: () => {
      const x = input("x", 5, 5, 2);
      const a = conv("a", 6)(x);
      const gate = conv("gate", 1, { activation: "sigmoid" })(a);
      return functional(x, dense("out", 2)(globalPool()(layer("multiply", "times")([a, gate]))));
    },
    groups: [
      "a: 6 of 6 free; read by gate, out",
      'gate: 0 of 1 free; because Layer "times" stretches it over all channels of another input.',
      answers(2),
    ],
  },

  "a gate of one channel made before what it gates": {
    build: () => {
      const x = input("x", 5, 5, 2);
      const gate = conv("gate", 1, { activation: "sigmoid" })(x);
      const gated = layer("multiply", "times")([gate, conv("b", 6)(conv("a", 2)(x))]);
      return functional(x, dense("out", 2)(globalPool()(conv("c", 9)(gated))));
    },
    groups: [
      "a: 2 of 2 free; read by b",
      'gate: 0 of 1 free; because Layer "times" stretches it over all channels of another input.',
      "b: 6 of 6 free; read by c",
      "c: 9 of 9 free; read by out",
      answers(2),
    ],
  },

  "sums broadcast over places, and over ranks": {
    build: () => {
      const x = input("x", 4, 4, 2);
      const a = conv("a", 5)(x);
      const column = layer("maxPooling2d", "column", { poolSize: [1, 4], strides: [1, 4] })(conv("b", 5)(x));
      const vector = dense("c", 5)(globalPool("poolX")(x));
      return functional(x, dense("out", 2)(flatten()(add("sum")([a, column, vector]))));
    },
    groups: ["b + a + c: 5 of 5 free; read by out", answers(2)],
  },

  "a sum of flattened images in two orders": {
    build: () => {
      const x = input("x", 2, 3, 2);
      const one = flatten("rows")(conv("a", 2)(x));
      const other = flatten("columns")(layer("permute", "turned", { dims: [3, 1, 2] })(conv("b", 2)(x)));
      return functional(x, dense("out", 2)(add("sum")([one, other])));
    },
    // Place p of one is channel p % 2, of the other floor(p / 6): all four are one.
    groups: ['b + a: 0 of 1 free; read by out; because Layer "a" makes no other.', answers(2)],
  },
};
