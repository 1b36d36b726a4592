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
  indices,
  input,
  layer,
  linear,
  norm,
  reshape,
  vocabulary,
} from "./architecture.ts";

const initial = { kernelInitializer: "zeros" };

/** Tensors in another shape: flattened, folded, turned, cut, padded, looked up. */
export const shapes: Architectures = {
  "flatten behind padding, cropping, upsampling and pools": {
    build: () => {
      const x = input("x", 5, 5, 2);
      const grown = layer("upSampling2d", "grown", { size: [2, 1] })(conv("a", 4, { activation: "sigmoid" })(x));
      const padding = [
        [1, 0],
        [0, 2],
      ];
      const padded = layer("zeroPadding2d", "padded", { padding })(grown);
      const cut = layer("cropping2D", "cut", { cropping: padding })(padded);
      const pooled = layer("averagePooling2d", "halved", { poolSize: 2, padding: "same" })(cut);
      return functional(x, dense("out", 3)(flatten()(layer("maxPooling2d", "again", { poolSize: 2 })(pooled))));
    },
    groups: ["a: 4 of 4 free; read by out", answers(3)],
  },

  "dense, reshape, transposed convolution, flatten, dense": {
    build: () => {
      const x = input("x", 4);
      const folded = reshape("folded", 2, 3, 4)(dense("a", 24, { activation: "elu" })(x));
      const grown = layer("conv2dTranspose", "b", {
        filters: 3,
        kernelSize: 3,
        strides: 2,
        padding: "same",
        ...initial,
      });
      return functional(x, dense("out", 2)(flatten()(grown(folded))));
    },
    groups: ["a: 4 of 4 free; read by b", "b: 3 of 3 free; read by out", answers(2)],
  },

  "dense, reshape, flatten, dense: every unit for itself": {
    build: () => {
      const x = input("x", 4);
      const folded = activation("relu", "relu")(reshape("folded", 2, 3)(dense("a", 6)(x)));
      return functional(x, dense("out", 2)(flatten()(folded)));
    },
    groups: ["a: 3 of 3 free; read by out", answers(2)],
  },

  "a generator: folded noise joined with a folded label": {
    build: () => {
      const [z, label] = [input("z", 3), indices("label", 1)];
      const noise = reshape("noise", 2, 2, 5)(dense("a", 20)(z));
      const embedded = layer("embedding", "b", { inputDim: vocabulary, outputDim: 4 })(label);
      const plane = reshape("plane", 2, 2, 2)(dense("c", 8)(flatten("word")(embedded)));
      return functional([z, label], conv("out", 1, linear)(concat("joined")([noise, plane])));
    },
    groups: ["b: 4 of 4 free; read by c", "a: 5 of 5 free; read by out", "c: 2 of 2 free; read by out", answers(1)],
  },

  "folded units joined with an image": {
    build: () => {
      const [x, z] = [input("x", 4, 4, 2), input("z", 3)];
      const folded = reshape("folded", 4, 4, 3)(dense("a", 48)(z));
      return functional([x, z], conv("out", 1, linear)(concat("joined")([folded, conv("b", 2)(x), x])));
    },
    groups: [
      "a: 3 of 3 free; read by out",
      "b: 2 of 2 free; read by out",
      '(joined/input): 0 of 2 free; read by out; because Layer "joined" joins these channels, which no layer makes, with others.',
      answers(1),
    ],
  },

  "images as sequences, and folded differently": {
    build: () => {
      const x = input("x", 4, 2, 2);
      const rows = reshape("rows", 8, 6)(conv("a", 6, { activation: "sigmoid" })(x));
      const narrow = reshape("narrow", 16, 3)(dense("b", 6)(rows));
      return functional(x, dense("out", 2)(flatten()(dense("c", 4)(narrow))));
    },
    // Two channels of b come to lie on one of the three columns.
    groups: ["a: 6 of 6 free; read by b", "b: 3 of 3 free; read by c", "c: 4 of 4 free; read by out", answers(2)],
  },

  "wider than the channels: several places in one row": {
    build: () => {
      const x = input("x", 4, 4, 2);
      const rows = reshape("rows", 4, 12)(conv("a", 3)(x));
      return functional(x, dense("out", 2)(flatten()(dense("b", 4)(norm("bn")(rows)))));
    },
    groups: ["a: 3 of 3 free; followed by bn; read by b", "b: 4 of 4 free; read by out", answers(2)],
  },

  "a reshape that leaves the number of rows open": {
    build: () => {
      const x = input("x", 4, 4, 2);
      const rows = reshape("rows", -1, 5)(conv("a", 5)(x));
      const b = layer("conv1d", "b", { filters: 3, kernelSize: 2, ...initial })(rows);
      return functional(x, dense("out", 2)(layer("globalMaxPooling1d", "pool")(b)));
    },
    groups: ["a: 5 of 5 free; read by b", "b: 3 of 3 free; read by out", answers(2)],
  },

  "turned, then read along another axis": {
    build: () => {
      const x = input("x", 6, 3);
      const a = layer("conv1d", "a", { filters: 4, kernelSize: 3, padding: "same", ...initial })(x);
      const turned = dense("b", 5)(layer("permute", "turned", { dims: [2, 1] })(a));
      return functional(x, dense("out", 2)(flatten()(turned)));
    },
    // b treats all rows alike, and they are a's channels; the last dense layer reads those of both.
    groups: [
      'a: 0 of 4 free; because Layer "flatten" puts two axes of channels into one.',
      'b: 0 of 5 free; read by out; because Layer "flatten" puts two axes of channels into one.',
      answers(2),
    ],
  },

  "turned, and turned back": {
    build: () => {
      const x = input("x", 4, 4, 2);
      const turned = layer("permute", "turned", { dims: [3, 1, 2] })(conv("a", 5)(x));
      const relu = activation("relu", "softplus")(norm("bn", { axis: 1 })(turned));
      return functional(x, conv("out", 2, linear)(layer("permute", "back", { dims: [2, 3, 1] })(relu)));
    },
    groups: ["a: 5 of 5 free; followed by bn; read by out", answers(2)],
  },

  "a vector repeated": {
    build: () => {
      const x = input("x", 3);
      const repeated = layer("repeatVector", "repeated", { n: 4 })(dense("a", 5)(x));
      const b = layer("conv1d", "b", { filters: 4, kernelSize: 2, ...initial })(repeated);
      return functional(x, dense("out", 2)(layer("globalMaxPooling1d", "pool")(b)));
    },
    groups: ["a: 5 of 5 free; read by b", "b: 4 of 4 free; read by out", answers(2)],
  },

  "convolutions over one axis, and its pools": {
    build: () => {
      const x = input("x", 16, 2);
      const conv1d = (name: string, filters: number) =>
        layer("conv1d", name, { filters, kernelSize: 3, activation: "tanh", ...initial });
      const a = layer("maxPooling1d", "max", { poolSize: 2 })(conv1d("a", 4)(x));
      const b = layer("averagePooling1d", "mean", { poolSize: 2, strides: 1 })(conv1d("b", 5)(a));
      const c = layer("globalAveragePooling1d", "pool")(conv1d("c", 3)(b));
      return functional(x, dense("out", 2)(c));
    },
    groups: ["a: 4 of 4 free; read by b", "b: 5 of 5 free; read by c", "c: 3 of 3 free; read by out", answers(2)],
  },

  "convolutions over three axes, and their pools": {
    build: () => {
      const x = input("x", 4, 4, 4, 2);
      const a = layer("conv3d", "a", { filters: 4, kernelSize: 2, padding: "same", ...initial })(x);
      const halved = layer("averagePooling3d", "halved", { poolSize: 2 })(a);
      const b = layer("conv3dTranspose", "b", { filters: 3, kernelSize: 2, strides: 2, ...initial })(halved);
      return functional(x, dense("out", 2)(flatten()(layer("maxPooling3d", "again", { poolSize: 2 })(b))));
    },
    groups: ["a: 4 of 4 free; read by b", "b: 3 of 3 free; read by out", answers(2)],
  },

  "an embedding, averaged": {
    build: () => {
      const words = indices("words", 6);
      const embedded = layer("embedding", "a", { inputDim: vocabulary, outputDim: 4 })(words);
      const hidden = dense("b", 5, { activation: "relu" })(layer("globalAveragePooling1d", "pool")(embedded));
      return functional(words, dense("out", 2)(hidden));
    },
    groups: ["a: 4 of 4 free; read by b", "b: 5 of 5 free; read by out", answers(2)],
  },

  "dense layers on images": {
    build: () => {
      const x = input("x", 3, 4, 2);
      const hidden = dense("b", 4, { activation: "swish" })(dense("a", 5, { activation: "gelu" })(x));
      return functional(x, dense("out", 2)(globalPool()(add("sum")([hidden, conv("c", 4)(x)]))));
    },
    groups: ["a: 5 of 5 free; read by b", "b + c: 4 of 4 free; read by out", answers(2)],
  },

  "an image cropped to its centre": {
    build: () => {
      const x = input("x", 6, 6, 2);
      const cut = layer("centerCrop", "cut", { height: 3, width: 4 })(conv("a", 4)(x));
      return functional(x, dense("out", 2)(flatten()(cut)));
    },
    groups: ["a: 4 of 4 free; read by out", answers(2)],
  },

  "rows of open number, folded into one": {
    build: () => {
      const x = input("x", null, 3);
      const a = layer("conv1d", "a", { filters: 4, kernelSize: 1, ...initial })(x);
      return functional(x, reshape("out", -1)(layer("permute", "turned", { dims: [2, 1] })(a)));
    },
    groups: ['a: 0 of 4 free; because Layer "out" folds these channels into lengths that the model leaves open.'],
  },
};
