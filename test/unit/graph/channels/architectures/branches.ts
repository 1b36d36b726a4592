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
  globalPool,
  input,
  layer,
  linear,
  norm,
  type Tensor,
} from "./architecture.ts";

/** Branches and what joins them. */
export const branches: Architectures = {
  "a dense block": {
    build: () => {
      const x = input("x", 6, 6, 3);
      let y = conv("stem", 4)(x);
      for (const i of [1, 2, 3]) {
        const grown = conv(`grow${i}`, 3, { activation: "linear" })(activation(`r${i}`, "relu")(norm(`bn${i}`)(y)));
        y = concat(`joined${i}`)([y, grown]);
      }
      const next = layer("averagePooling2d", "halve", { poolSize: 2 })(conv("transition", 5, { kernelSize: 1 })(y));
      return functional(x, dense("out", 3)(globalPool()(next)));
    },
    groups: [
      "stem: 4 of 4 free; followed by bn1, bn2, bn3; read by grow1, grow2, grow3, transition",
      "grow1: 3 of 3 free; followed by bn2, bn3; read by grow2, grow3, transition",
      "grow2: 3 of 3 free; followed by bn3; read by grow3, transition",
      "grow3: 3 of 3 free; read by transition",
      "transition: 5 of 5 free; read by out",
      answers(3),
    ],
  },

  "an Inception block": {
    build: () => {
      const x = input("x", 6, 6, 3);
      const one = conv("one", 3, { kernelSize: 1 })(x);
      const three = conv("three", 4)(conv("reduce3", 2, { kernelSize: 1 })(x));
      const five = conv("five", 2, { kernelSize: 5 })(conv("reduce5", 2, { kernelSize: 1 })(x));
      const pooled = layer("maxPooling2d", "window", { poolSize: 3, strides: 1, padding: "same" })(x);
      const joined = concat("joined")([one, three, five, conv("projection", 2, { kernelSize: 1 })(pooled)]);
      return functional(x, dense("out", 3)(flatten()(norm("bn")(joined))));
    },
    groups: [
      "reduce3: 2 of 2 free; read by three",
      "reduce5: 2 of 2 free; read by five",
      "one: 3 of 3 free; followed by bn; read by out",
      "three: 4 of 4 free; followed by bn; read by out",
      "five: 2 of 2 free; followed by bn; read by out",
      "projection: 2 of 2 free; followed by bn; read by out",
      answers(3),
    ],
  },

  "a U-Net": {
    build: () => {
      const x = input("x", 8, 8, 2);
      const down1 = conv("down1", 3)(x);
      const down2 = conv("down2", 4)(layer("maxPooling2d", "pool1", { poolSize: 2 })(down1));
      const bottom = conv("bottom", 5)(layer("maxPooling2d", "pool2", { poolSize: 2 })(down2));
      const up2 = concat("skip2")([layer("upSampling2d", "up2", { size: [2, 2] })(bottom), down2]);
      const back2 = conv("back2", 4)(up2);
      const grown = layer("conv2dTranspose", "grow", {
        filters: 3,
        kernelSize: 2,
        strides: 2,
        kernelInitializer: "zeros",
      })(back2);
      const back1 = conv("back1", 3)(concat("skip1")([grown, down1]));
      return functional(x, conv("out", 1, { activation: "sigmoid" })(back1));
    },
    groups: [
      "down1: 3 of 3 free; read by down2, back1",
      "down2: 4 of 4 free; read by bottom, back2",
      "bottom: 5 of 5 free; read by back2",
      "back2: 4 of 4 free; read by grow",
      "grow: 3 of 3 free; read by back1",
      "back1: 3 of 3 free; read by out",
      answers(1),
    ],
  },

  "concatenations of concatenations, one given back raw channels": {
    build: () => {
      const x = input("x", 4, 4, 2);
      const [a, b, c] = [conv("a", 2)(x), conv("b", 3)(x), conv("c", 4)(x)];
      const inner = norm("bn")(concat("inner")([b, x, a]));
      return functional(x, dense("out", 2)(flatten()(concat("outer")([inner, c, inner]))));
    },
    groups: [
      "b: 3 of 3 free; followed by bn; read by out",
      "a: 2 of 2 free; followed by bn; read by out",
      '(inner/input): 0 of 2 free; followed by bn; read by out; because Layer "inner" joins these channels, which no layer makes, with others.',
      "c: 4 of 4 free; read by out",
      answers(2),
    ],
  },

  "rows joined: the channels of all are one": {
    build: () => {
      const x = input("x", 4, 4, 2);
      const joined = concat("joined", 1)([conv("a", 3)(x), conv("b", 3)(x), conv("c", 3)(x)]);
      return functional(x, dense("out", 2)(flatten()(conv("d", 2)(joined))));
    },
    groups: ["a + b + c: 3 of 3 free; read by d", "d: 2 of 2 free; read by out", answers(2)],
  },

  "rows joined with those of the input": {
    build: () => {
      const x = input("x", 4, 4, 3);
      return functional(x, conv("out", 2, linear)(concat("joined", 2)([conv("a", 3)(x), x])));
    },
    groups: [
      'a: 0 of 3 free; read by out; because Layer "joined" merges these channels with as many values that no layer makes.',
      answers(2),
    ],
  },

  "MobileNet v1": {
    build: () => {
      const x = input("x", 8, 8, 3);
      let y = norm("bn0")(conv("stem", 4, { strides: 2 })(x));
      for (const [i, filters] of [5, 6].entries()) {
        const padded = layer("zeroPadding2d", `pad${i}`, { padding: 1 })(y);
        const each = depthwise(`dw${i}`, { padding: "valid", useBias: false })(padded);
        const relu = layer("reLU", `relu${i}`, { maxValue: 6 })(norm(`dwBn${i}`)(each));
        y = norm(`pwBn${i}`)(conv(`pw${i}`, filters, { kernelSize: 1 })(relu));
      }
      return functional(x, dense("out", 3)(globalPool()(y)));
    },
    groups: [
      "stem: 4 of 4 free; followed by bn0, dw0, dwBn0; read by pw0",
      "pw0: 5 of 5 free; followed by pwBn0, dw1, dwBn1; read by pw1",
      "pw1: 6 of 6 free; followed by pwBn1; read by out",
      answers(3),
    ],
  },

  "MobileNet v2: inverted residuals": {
    build: () => {
      const x = input("x", 6, 6, 3);
      let y = conv("stem", 4)(x);
      for (const i of [0, 1]) {
        const wide = layer("reLU", `r${i}`, { maxValue: 6 })(conv(`expand${i}`, 7, { kernelSize: 1 })(y));
        const each = norm(`bn${i}`)(depthwise(`dw${i}`)(wide));
        y = add(`sum${i}`)([y, conv(`project${i}`, 4, { kernelSize: 1, activation: "linear" })(each)]);
      }
      return functional(x, dense("out", 3)(globalPool()(y)));
    },
    groups: [
      "stem + project0 + project1: 4 of 4 free; read by expand0, expand1, out",
      "expand0: 7 of 7 free; followed by dw0, bn0; read by project0",
      "expand1: 7 of 7 free; followed by dw1, bn1; read by project1",
      answers(3),
    ],
  },

  "MobileNet v3: squeeze and excite, by convolutions and by dense layers": {
    build: () => {
      const x = input("x", 6, 6, 3);
      const one = squeezed("a", depthwise("dw")(conv("stem", 6, { activation: "hardSigmoid" })(x)));
      const two = squeezedDense("b", conv("next", 5)(one));
      return functional(x, dense("out", 3)(globalPool()(two)));
    },
    groups: [
      "stem + aExcite: 6 of 6 free; followed by dw; read by aSqueeze, next",
      "aSqueeze: 2 of 2 free; read by aExcite",
      "next + bExcite: 5 of 5 free; read by bSqueeze, out",
      "bSqueeze: 2 of 2 free; read by bExcite",
      answers(3),
    ],
  },

  "depthwise with a multiplier, twice": {
    build: () => {
      const x = input("x", 5, 5, 2);
      const one = depthwise("dw1", { depthMultiplier: 2, activation: "sigmoid" })(conv("a", 3)(x));
      const two = norm("bn")(depthwise("dw2", { depthMultiplier: 3, useBias: false })(one));
      return functional(x, dense("out", 2)(flatten()(two)));
    },
    groups: ["a: 3 of 3 free; followed by dw1, dw2, bn; read by out", answers(2)],
  },

  "depthwise on the image itself": {
    build: () => {
      const x = input("x", 5, 5, 3);
      return functional(x, dense("out", 2)(globalPool()(conv("a", 4)(depthwise("dw", { depthMultiplier: 2 })(x)))));
    },
    groups: ["a: 4 of 4 free; read by out", answers(2)],
  },

  "separable convolutions": {
    build: () => {
      const x = input("x", 5, 5, 3);
      const initial = { depthwiseInitializer: "zeros", pointwiseInitializer: "zeros" };
      const separable = layer("separableConv2d", "b", {
        filters: 4,
        kernelSize: 3,
        activation: "softplus",
        ...initial,
      });
      return functional(x, dense("out", 2)(flatten()(separable(conv("a", 3)(x)))));
    },
    groups: ["a: 3 of 3 free; followed by b; read by b", "b: 4 of 4 free; read by out", answers(2)],
  },

  "a separable convolution with a multiplier, which tfjs reads and does not write": {
    build: () => {
      const window = { kernel_size: [2, 2], strides: [1, 1], padding: "valid" };
      const layers = [
        entry("Conv2D", "a", { filters: 3, ...window, batch_input_shape: [null, 5, 5, 2] }),
        entry("SeparableConv2D", "b", { filters: 4, depth_multiplier: 2, ...window }),
        entry("GlobalMaxPooling2D", "pool", {}),
        entry("Dense", "out", { units: 2, use_bias: false }),
      ];
      return fromKeras(
        "Sequential",
        { name: "net", layers },
        {
          "a/kernel": [2, 2, 2, 3],
          "a/bias": [3],
          "b/depthwise_kernel": [2, 2, 3, 2],
          "b/pointwise_kernel": [1, 1, 6, 4],
          "b/bias": [4],
          "out/kernel": [4, 2],
        },
      );
    },
    groups: ["a: 3 of 3 free; followed by b; read by b", "b: 4 of 4 free; read by out", answers(2)],
  },

  "convolutions of one channel": {
    build: () => {
      const x = input("x", 5, 5, 1);
      const one = conv("b", 1)(depthwise("dw")(conv("a", 1)(x)));
      return functional(x, dense("out", 2)(globalPool()(add("sum")([one, conv("c", 1)(x)]))));
    },
    groups: [
      'a: 0 of 1 free; followed by dw; read by b; because Layer "a" makes no other.',
      'b + c: 0 of 1 free; read by out; because Layer "c" makes no other.',
      answers(2),
    ],
  },

  "a hidden convolution given out, another not": {
    build: () => {
      const x = input("x", 5, 5, 2);
      const a = conv("a", 4)(x);
      const b = conv("b", 4)(a);
      const c = conv("c", 4)(b);
      return functional(x, [dense("out", 3)(globalPool()(c)), b]);
    },
    groups: [
      "a: 4 of 4 free; read by b",
      'b: 0 of 4 free; read by c; because Layer "b" gives these channels out: the model answers with them.',
      "c: 4 of 4 free; read by out",
      answers(3),
    ],
  },

  "two inputs, two outputs, one trunk": {
    build: () => {
      const [x, z] = [input("x", 5, 5, 2), input("z", 4)];
      const trunk = add("sum")([conv("a", 6)(x), dense("b", 6)(z)]);
      const one = dense("out1", 2, { activation: "softmax" })(globalPool()(trunk));
      return functional([x, z], [one, conv("out2", 1)(trunk)]);
    },
    groups: ["a + b: 6 of 6 free; read by out1, out2", answers(2, "out1"), answers(1, "out2")],
  },
};

/** Squeeze and excite with convolutions on what a pool leaves. */
function squeezed(name: string, x: Tensor): Tensor {
  const channels = x.shape.at(-1) as number;
  const pooled = layer("reshape", `${name}Reshape`, { targetShape: [1, 1, channels] })(globalPool(`${name}Pool`)(x));
  const squeeze = conv(`${name}Squeeze`, 2, { kernelSize: 1 })(pooled);
  const excite = conv(`${name}Excite`, channels, { kernelSize: 1, activation: "sigmoid" })(squeeze);
  return layer("multiply", `${name}Scale`)([x, excite]);
}

/** With dense layers, whose vector the product stretches over the image. */
function squeezedDense(name: string, x: Tensor): Tensor {
  const squeeze = dense(`${name}Squeeze`, 2, { activation: "relu" })(globalPool(`${name}Pool`)(x));
  const excite = dense(`${name}Excite`, x.shape.at(-1) as number, { activation: "sigmoid" })(squeeze);
  return layer("multiply", `${name}Scale`)([x, excite]);
}
