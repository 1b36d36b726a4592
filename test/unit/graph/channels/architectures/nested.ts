import { layers } from "../../tfjs.ts";
import {
  type Architectures,
  activation,
  add,
  answers,
  concat,
  conv,
  dense,
  entry,
  fromKeras,
  functional,
  functionalConfig,
  globalPool,
  innerLayer,
  input,
  inputEntry,
  layer,
  nested,
  norm,
  sequential,
  type Tensor,
} from "./architecture.ts";

/** A functional model to be put into another. */
const inner = (name: string, x: Tensor, outputs: Tensor | Tensor[]) => layers.model({ name, inputs: x, outputs });
const kernel = { kernelSize: 3, padding: "same", kernelInitializer: "zeros" };

/** Models in models. */
export const nestedModels: Architectures = {
  "two deep, and a Sequential with a batch_input_shape": {
    build: () => {
      const x = input("x", 5, 5, 2);
      const stack = layers.sequential({
        name: "stack",
        layers: [
          innerLayer("conv2d", "c", { ...kernel, filters: 4, inputShape: [5, 5, 3] }),
          innerLayer("batchNormalization", "bn"),
        ],
      });
      const y = input("y", 5, 5, 5);
      const middle = inner("middle", y, conv("d", 4)(nested(stack)(conv("b", 3)(y))));
      return functional(x, dense("out", 2)(globalPool()(nested(middle)(conv("a", 5)(x)))));
    },
    groups: [
      "a: 5 of 5 free; read by middle/b",
      "middle/b: 3 of 3 free; read by middle/stack/c",
      "middle/stack/c: 4 of 4 free; followed by middle/stack/bn; read by middle/d",
      "middle/d: 4 of 4 free; read by out",
      answers(2),
    ],
  },

  "a model called on two convolutions": {
    build: () => {
      const x = input("x", 5, 5, 2);
      const y = input("y", 5, 5, 4);
      const tower = nested(inner("tower", y, conv("t", 3)(norm("bn")(y))));
      const joined = concat("joined")([tower(conv("a", 4)(x)), tower(conv("b", 4)(x))]);
      return functional(x, dense("out", 2)(globalPool()(joined)));
    },
    groups: [
      "a + b: 4 of 4 free; followed by tower/bn; read by tower/t",
      "tower/t: 3 of 3 free; read by out",
      answers(2),
    ],
  },

  "a model without weights called on two convolutions: its input has one shape": {
    build: () => {
      const x = input("x", 5, 5, 2);
      const y = input("y", 5, 5, 4);
      const tower = nested(inner("tower", y, globalPool()(activation("soft", "softplus")(y))));
      const joined = concat("joined")([tower(conv("a", 4)(x)), tower(conv("b", 4)(x))]);
      return functional(x, dense("out", 2)(joined));
    },
    groups: ["a + b: 4 of 4 free; read by out", answers(2)],
  },

  "a model without weights called on a convolution and on the image": {
    build: () => {
      const x = input("x", 5, 5, 3);
      const y = input("y", 5, 5, 3);
      const tower = nested(inner("tower", y, globalPool()(y)));
      return functional(x, dense("out", 2)(concat("joined")([tower(conv("a", 3)(x)), tower(x)])));
    },
    groups: [
      'a: 0 of 3 free; read by out; because Layer "tower/y" is shared with inputs that no layer makes.',
      '(joined/input): 0 of 3 free; read by out; because Layer "joined" joins these channels, which no layer makes, with others.',
      answers(2),
    ],
  },

  "a model of two inputs and two outputs": {
    build: () => {
      const x = input("x", 5, 5, 2);
      const [y, z] = [input("y", 5, 5, 4), input("z", 5, 5, 3)];
      const mixed = conv("mixed", 3)(y);
      const both = layers.model({ name: "both", inputs: [y, z], outputs: [add("sum")([mixed, z]), mixed] });
      const [one, other] = both.apply([conv("a", 4)(x), conv("b", 3)(x)]) as Tensor[];
      return functional(x, dense("out", 2)(globalPool()(concat("joined")([one as Tensor, other as Tensor]))));
    },
    groups: ["a: 4 of 4 free; read by both/mixed", "b + both/mixed: 3 of 3 free; read by out", answers(2)],
  },

  "a model at every time step": {
    build: () => {
      const x = input("x", 3, 5, 5, 2);
      const y = input("y", 5, 5, 4);
      const frame = inner("frame", y, dense("code", 3)(globalPool()(conv("b", 5)(y))));
      const a = layer("timeDistributed", "a", { layer: innerLayer("conv2d", "conv", { ...kernel, filters: 4 }) })(x);
      const codes = layer("timeDistributed", "steps", { layer: frame as never })(a);
      return functional(x, dense("out", 2)(layer("globalAveragePooling1d", "pool")(codes)));
    },
    groups: [
      "a: 4 of 4 free; read by steps/b",
      "steps/b: 5 of 5 free; read by steps/code",
      "steps/code: 3 of 3 free; read by out",
      answers(2),
    ],
  },

  "a Sequential of a model and of a Sequential, as Teachable Machine makes": {
    build: () => {
      const y = input("y", 6, 6, 3);
      const features = inner("features", y, globalPool()(conv("b", 4)(norm("bn")(conv("a", 5)(y)))));
      const head = layers.sequential({
        name: "head",
        layers: [
          innerLayer("dense", "hidden", { units: 6, activation: "softplus", inputShape: [4] }),
          innerLayer("dense", "out", { units: 2, activation: "softmax", useBias: false }),
        ],
      });
      return sequential(features as never, head as never);
    },
    groups: [
      "features/a: 5 of 5 free; followed by features/bn; read by features/b",
      "features/b: 4 of 4 free; read by head/hidden",
      "head/hidden: 6 of 6 free; read by head/out",
      'head/out: 0 of 2 free; because Layer "head" gives these channels out: the model answers with them.',
    ],
  },

  "layers that no output needs": {
    build: () => {
      const window = { kernel_size: [3, 3], padding: "same" };
      const list = [
        inputEntry("x", 5, 5, 2),
        entry("Conv2D", "a", { filters: 4, ...window }, "x"),
        entry("Conv2D", "idle", { filters: 4, ...window }, "a"),
        entry("Add", "idleSum", {}, "a", "idle"),
        entry("GlobalAveragePooling2D", "pool", {}, "a"),
        entry("Dense", "out", { units: 2, use_bias: false }, "pool"),
      ];
      return fromKeras("Functional", functionalConfig("net", list, ["x"], ["out"]), {
        "a/kernel": [3, 3, 2, 4],
        "a/bias": [4],
        "out/kernel": [4, 2],
      });
    },
    // TensorFlow.js makes the idle calls too, and would refuse to add what no longer goes together.
    groups: [
      'a: 0 of 4 free; read by out; because Layer "idleSum" counts on them, though no output needs it.',
      answers(2),
    ],
  },

  "nested in Keras's hand: input layers, input_shape and input_dim": {
    build: () => {
      const stack = {
        class_name: "Sequential",
        name: "stack",
        config: {
          name: "stack",
          layers: [
            inputEntry("stack_input", 6),
            entry("Dense", "b", { units: 5, activation: "sigmoid", input_shape: [6] }),
            entry("Dropout", "drop", { rate: 0.5, batch_input_shape: [null, 5] }),
            entry("Dense", "c", { units: 4, input_dim: 5 }),
          ],
        },
        inbound_nodes: [[["a", 0, 0, {}]]],
      };
      const out = { ...entry("Dense", "out", { units: 2, input_dim: 4 }), inbound_nodes: [[["stack", 1, 0, {}]]] };
      const a = entry("Dense", "a", { units: 6, batch_input_shape: [null, 3] }, "x");
      const shapes = { a: [3, 6], b: [6, 5], c: [5, 4], out: [4, 2] };
      return fromKeras(
        "Functional",
        functionalConfig("net", [inputEntry("x", 3), a, stack, out], ["x"], ["out"]),
        Object.fromEntries(
          Object.entries(shapes).flatMap(([name, shape]) => [
            [`${name}/kernel`, shape],
            [`${name}/bias`, shape.slice(1)],
          ]),
        ),
      );
    },
    groups: [
      "a: 6 of 6 free; read by stack/b",
      "stack/b: 5 of 5 free; read by stack/c",
      "stack/c: 4 of 4 free; read by out",
      answers(2),
    ],
  },
};
