import { conv, dense, flatten, functional, layer, norm, reshape } from "../architectures/architecture.ts";
import {
  between,
  both,
  channelsIn,
  convolutions,
  filters,
  flattened,
  lostByA,
  reading,
  start,
  type WeightCase,
} from "./weightCase.ts";

/** Layers of images, and what reads them. */
export const imageCases: Readonly<Record<string, WeightCase>> = {
  Conv1D: convolutions("conv1d", 1, "channelsLast", "in, out"),
  Conv3D: convolutions("conv3d", 3, "channelsLast", "in, out"),
  "Conv3D, channels first": convolutions("conv3d", 3, "channelsFirst", "in, out"),
  Conv2DTranspose: convolutions("conv2dTranspose", 2, "channelsLast", "out, in"),
  "Conv2DTranspose, channels first": convolutions("conv2dTranspose", 2, "channelsFirst", "out, in"),
  Conv3DTranspose: convolutions("conv3dTranspose", 3, "channelsLast", "out, in"),
  Conv2D: reading((dataFormat) => conv("out", 3, { dataFormat }), 2),
  "Dense on an image": { ...reading(() => dense("out", 3), 0), formats: ["channelsLast"] },
  ...Object.fromEntries(
    ["globalAveragePooling2d", "globalMaxPooling2d"].map((pool) => [
      pool,
      reading((dataFormat) => (a) => dense("out", 3)(layer(pool, "pool", { dataFormat })(a)), 0),
    ]),
  ),
  Flatten: between(() => (a) => a, 6),
  "Flatten with channels first, which it moves": {
    formats: ["channelsFirst"],
    build: (format) => {
      const { x, a, dataFormat } = start(format);
      return functional(x, dense("out", 3)(flatten("flatten", { dataFormat })(a)));
    },
    lost: (gone) => ({ ...lostByA(gone), "out/kernel": { 0: flattened(gone, 6, "channelsLast") } }),
  },
  Activation: between(() => layer("activation", "f", { activation: "sigmoid" }), 6),
  BatchNormalization: between(
    (format) => norm("bn", { axis: channelsIn(format) }),
    6,
    (gone) =>
      Object.fromEntries(
        ["gamma", "beta", "moving_mean", "moving_variance"].map((name) => [`bn/${name}`, { 0: gone }]),
      ),
  ),
  "BatchNormalization of rows": between(() => norm("bn", { axis: 2 }), 6, undefined, ["channelsFirst"]),
  "LayerNormalization of rows": between(() => layer("layerNormalization", "ln", { axis: 1 }), 6, undefined, [
    "channelsLast",
  ]),
  PReLU: between(
    () => layer("prelu", "p"),
    6,
    (gone, format) => ({ "p/alpha": { [format === "channelsLast" ? 2 : 0]: gone } }),
  ),
  "PReLU with shared places": between(
    (format) => layer("prelu", "p", { sharedAxes: format === "channelsLast" ? [1, 2] : [2, 3] }),
    6,
    (gone, format) => ({ "p/alpha": { [format === "channelsLast" ? 2 : 0]: gone } }),
  ),
  "PReLU with shared channels": between(
    (format) => layer("prelu", "p", { sharedAxes: [format === "channelsLast" ? 3 : 1] }),
    6,
  ),
  MaxPooling2D: between((dataFormat) => layer("maxPooling2d", "p", { poolSize: [2, 1], strides: 1, dataFormat }), 4),
  AveragePooling2D: between(
    (dataFormat) => layer("averagePooling2d", "p", { poolSize: 2, padding: "same", dataFormat }),
    2,
  ),
  ZeroPadding2D: between((dataFormat) => layer("zeroPadding2d", "p", { padding: 1, dataFormat }), 20),
  Cropping2D: between(
    (dataFormat) =>
      layer("cropping2D", "p", {
        cropping: [
          [1, 0],
          [0, 1],
        ],
        dataFormat,
      }),
    2,
  ),
  UpSampling2D: between((dataFormat) => layer("upSampling2d", "p", { size: [2, 3], dataFormat }), 36),
  "Reshape to rows": between(() => reshape("r", 6, filters), 6, undefined, ["channelsLast"]),
  "Reshape to columns": between(() => reshape("r", filters, 6), 6, undefined, ["channelsFirst"]),
  Permute: {
    formats: both,
    build: (format) => {
      const { x, a } = start(format);
      const dims = format === "channelsLast" ? [3, 1, 2] : [2, 3, 1];
      return functional(x, dense("out", 3)(flatten()(layer("permute", "p", { dims })(a))));
    },
    lost: (gone, format) => ({
      ...lostByA(gone),
      "out/kernel": { 0: flattened(gone, 6, format === "channelsLast" ? "channelsFirst" : "channelsLast") },
    }),
  },
};
