import * as tf from "@tensorflow/tfjs-core";
import {
  input,
  type LayersModel,
  layers,
  metrics,
  model,
  type SymbolicTensor,
  sequential,
} from "@tensorflow/tfjs-layers";
import { numbers } from "../oracles.ts";

/** A model of a layer or a few, to be differentiated by its input and its weights. */
export interface Case {
  readonly name: string;
  readonly build: () => LayersModel;
  /** Batch first. Height and width differ, so that mixing them up shows. */
  readonly input: readonly number[];
  readonly training?: boolean;
  /** The input is indices below this, and not differentiated. */
  readonly indices?: number;
  /** Of the outputs; left out, a weighted sum of them and of their squares. */
  readonly loss?: (y: tf.Tensor) => tf.Tensor;
  /** How far from central differences a gradient may be, as a share of the greatest; left out, 0.001. */
  readonly tolerance?: number;
  /** What stock tfjs 4.22.0 gets wrong here, by backend: why we bring a kernel of our own. */
  readonly faults?: Readonly<Partial<Record<"cpu" | "wasm" | "webgpu", string>>>;
}

const image = [2, 5, 6, 3];
const volume = [2, 4, 3, 5, 2];
const sequence = [2, 4, 3];
const flat = [3, 6];

type Options = { inputShape?: number[] };
type Layer = Parameters<ReturnType<typeof sequential>["add"]>[0];

/** One layer by itself. */
function one(name: string, make: (options: Options) => Layer, shape: number[] = image, rest: Partial<Case> = {}): Case {
  return { name, input: shape, build: () => sequential({ layers: [make({ inputShape: shape.slice(1) })] }), ...rest };
}

const noKernel = "no such kernel";
const filter = { wasm: `Conv2DBackpropFilter: ${noKernel}` };
const depthwise = { wasm: `DepthwiseConv2dNativeBackpropFilter and -Input: ${noKernel}` };

const convolutions: Case[] = [
  one("conv2d same", (o) => layers.conv2d({ filters: 4, kernelSize: 3, padding: "same", ...o }), image, {
    faults: filter,
  }),
  one("conv2d same relu", (o) =>
    layers.conv2d({ filters: 4, kernelSize: 3, padding: "same", activation: "relu", ...o }),
  ),
  one("conv2d relu6, no bias", (o) =>
    layers.conv2d({ filters: 4, kernelSize: 3, activation: "relu6", useBias: false, ...o }),
  ),
  one("conv2d tanh", (o) => layers.conv2d({ filters: 4, kernelSize: 3, activation: "tanh", ...o })),
  one("conv2d valid s2 relu", (o) =>
    layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, activation: "relu", ...o }),
  ),
  one("conv2d same s2", (o) => layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: "same", ...o })),
  one("conv2d stride beyond kernel", (o) =>
    layers.conv2d({ filters: 4, kernelSize: [1, 2], strides: 3, padding: "same", ...o }),
  ),
  one("conv2d 1x1", (o) => layers.conv2d({ filters: 9, kernelSize: 1, ...o })),
  one("conv2d dilated", (o) => layers.conv2d({ filters: 4, kernelSize: 2, dilationRate: 2, ...o })),
  one("conv2d dilated relu, same", (o) =>
    layers.conv2d({ filters: 4, kernelSize: 3, dilationRate: 2, padding: "same", activation: "relu", ...o }),
  ),
  one(
    "conv2d channelsFirst",
    (o) => layers.conv2d({ filters: 4, kernelSize: 3, dataFormat: "channelsFirst", ...o }),
    [2, 3, 5, 6],
  ),
  one("conv1d", (o) => layers.conv1d({ filters: 4, kernelSize: 3, ...o }), [2, 7, 3]),
  one("conv1d dilated", (o) => layers.conv1d({ filters: 4, kernelSize: 3, dilationRate: 2, ...o }), [2, 7, 3]),
  one("conv2dTranspose s2", (o) =>
    layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: "same", ...o }),
  ),
  one("depthwiseConv2d", (o) => layers.depthwiseConv2d({ kernelSize: 3, padding: "same", ...o }), image, {
    faults: depthwise,
  }),
  one("depthwiseConv2d s2 mult2", (o) =>
    layers.depthwiseConv2d({ kernelSize: 3, strides: 2, depthMultiplier: 2, ...o }),
  ),
  one("separableConv2d", (o) => layers.separableConv2d({ filters: 4, kernelSize: 3, ...o })),
  one("separableConv2d dilated", (o) => layers.separableConv2d({ filters: 4, kernelSize: 2, dilationRate: 2, ...o })),
  one("conv3d", (o) => layers.conv3d({ filters: 2, kernelSize: 2, ...o }), volume, { faults: { wasm: "dx is wrong" } }),
  one(
    "conv3d same s2",
    (o) => layers.conv3d({ filters: 3, kernelSize: [3, 2, 3], strides: 2, padding: "same", ...o }),
    volume,
    { faults: { wasm: "dx and dW are wrong" } },
  ),
  one(
    "conv3dTranspose",
    (o) => layers.conv3dTranspose({ filters: 2, kernelSize: 2, strides: 2, ...o }),
    [2, 2, 3, 2, 2],
  ),
];

const turns = "FusedBatchNorm takes its parameters in turn: right for the last axis only";
const inTurn = { cpu: turns, wasm: turns };
const normalisations: Case[] = [
  one("batchNorm train", (o) => layers.batchNormalization(o), image, { training: true }),
  one("batchNorm infer", (o) => layers.batchNormalization(o)),
  one("batchNorm infer, axis 1", (o) => layers.batchNormalization({ axis: 1, ...o }), image, { faults: inTurn }),
  one("batchNorm infer, no scale", (o) => layers.batchNormalization({ scale: false, ...o })),
  one("batchNorm train, no centre", (o) => layers.batchNormalization({ center: false, ...o }), image, {
    training: true,
  }),
  one("batchNorm train, no scale", (o) => layers.batchNormalization({ scale: false, ...o }), flat, { training: true }),
  one("batchNorm train 2D", (o) => layers.batchNormalization(o), flat, { training: true }),
  one("batchNorm train, axis 1", (o) => layers.batchNormalization({ axis: 1, ...o }), image, { training: true }),
  one(
    "batchNorm, its axis in a list",
    (o) => layers.batchNormalization({ axis: [3] as unknown as number, ...o }),
    image,
    { training: true },
  ),
  one("layerNorm", (o) => layers.layerNormalization(o), flat),
  one("layerNorm 4D", (o) => layers.layerNormalization(o)),
];

const borders = "AvgPoolGrad divides by the whole window at the borders of 'same'";
const pools: Case[] = [
  one("maxPool2d", (o) => layers.maxPooling2d({ poolSize: 2, ...o }), image, {
    faults: { wasm: "MaxPoolGrad begins its search at the smallest positive float" },
  }),
  one("maxPool2d 3 s2 same", (o) => layers.maxPooling2d({ poolSize: 3, strides: 2, padding: "same", ...o })),
  one("maxPool2d 2 s1, overlapping", (o) => layers.maxPooling2d({ poolSize: 2, strides: 1, ...o })),
  one("avgPool2d", (o) => layers.averagePooling2d({ poolSize: 2, ...o })),
  one(
    "avgPool2d 3 s2 same",
    (o) => layers.averagePooling2d({ poolSize: 3, strides: 2, padding: "same", ...o }),
    image,
    { faults: { cpu: borders, wasm: borders, webgpu: borders } },
  ),
  one("maxPool3d", (o) => layers.maxPooling3d({ poolSize: 2, ...o }), volume),
  one("maxPool3d same", (o) => layers.maxPooling3d({ poolSize: 2, strides: [2, 1, 2], padding: "same", ...o }), volume),
  one("avgPool3d", (o) => layers.averagePooling3d({ poolSize: 2, ...o }), volume),
  one("avgPool3d same", (o) => layers.averagePooling3d({ poolSize: 3, strides: 2, padding: "same", ...o }), volume, {
    faults: { cpu: borders, wasm: borders, webgpu: borders },
  }),
  one("maxPool1d", (o) => layers.maxPooling1d({ poolSize: 2, ...o }), [2, 7, 3]),
  one("avgPool1d", (o) => layers.averagePooling1d({ poolSize: 2, ...o }), [2, 7, 3]),
  one("globalAvgPool2d", (o) => layers.globalAveragePooling2d(o)),
  one("globalMaxPool2d", (o) => layers.globalMaxPooling2d(o)),
  one("globalAvgPool1d", (o) => layers.globalAveragePooling1d(o), sequence),
  one("globalMaxPool1d", (o) => layers.globalMaxPooling1d(o), sequence),
];

type Activation = NonNullable<Parameters<typeof layers.activation>[0]["activation"]>;
const activations: readonly Activation[] = [
  "linear",
  "relu",
  "relu6",
  "elu",
  "selu",
  "sigmoid",
  "hardSigmoid",
  "tanh",
  "softmax",
  "logSoftmax" as never,
  "softplus",
  "softsign",
  "swish",
  "mish",
  "gelu",
  "gelu_new",
];
const nonlinear: Case[] = [
  ...activations.map((activation) =>
    one(`dense ${activation}`, (o) => layers.dense({ units: 4, activation, ...o }), flat),
  ),
  one("dense, no bias", (o) => layers.dense({ units: 4, useBias: false, ...o }), flat),
  one("dense on a sequence", (o) => layers.dense({ units: 4, ...o }), sequence),
  one("activation layer", (o) => layers.activation({ activation: "relu", ...o })),
  one("reLU", (o) => layers.reLU(o)),
  one("reLU up to 6", (o) => layers.reLU({ maxValue: 6, ...o })),
  one("leakyReLU", (o) => layers.leakyReLU(o)),
  one("prelu", (o) => layers.prelu(o)),
  one("elu layer", (o) => layers.elu(o)),
  one("thresholdedReLU", (o) => layers.thresholdedReLU({ theta: 0.1, ...o })),
  one("softmax layer", (o) => layers.softmax(o), flat),
];

const random: Case[] = [
  one("dropout", (o) => layers.dropout({ rate: 0.3, seed: 7, ...o }), flat, { training: true }),
  one("spatialDropout1d", (o) => layers.spatialDropout1d({ rate: 0.3, seed: 7, ...o }), sequence, { training: true }),
  one("alphaDropout, not training", (o) => layers.alphaDropout({ rate: 0.3, ...o }), flat),
  one("gaussianNoise, not training", (o) => layers.gaussianNoise({ stddev: 0.1, ...o }), flat),
];

const recurrent: Case[] = [
  one("embedding", (o) => layers.embedding({ inputDim: 10, outputDim: 4, ...o }), [2, 5], {
    indices: 10,
    faults: { wasm: `UnsortedSegmentSum: ${noKernel}` },
  }),
  one("simpleRNN", (o) => layers.simpleRNN({ units: 3, ...o }), sequence),
  one("lstm", (o) => layers.lstm({ units: 3, ...o }), sequence),
  one("lstm, all steps", (o) => layers.lstm({ units: 3, returnSequences: true, ...o }), sequence),
  one("gru", (o) => layers.gru({ units: 3, ...o }), sequence),
  one(
    "bidirectional lstm",
    (o) =>
      layers.bidirectional({
        layer: layers.lstm({ units: 2, returnSequences: true }),
        mergeMode: "concat",
        ...o,
      } as never),
    sequence,
  ),
  one(
    "timeDistributed dense",
    (o) => layers.timeDistributed({ layer: layers.dense({ units: 2 }), ...o } as never),
    sequence,
  ),
  one("convLstm2d", (o) => layers.convLstm2d({ filters: 2, kernelSize: 3, ...o }), [2, 2, 4, 5, 2]),
  {
    name: "masking and lstm",
    input: sequence,
    build: () =>
      sequential({
        layers: [layers.masking({ maskValue: 5, inputShape: sequence.slice(1) }), layers.lstm({ units: 3 })],
      }),
    faults: { webgpu: "Cast leaves whole numbers as they are, which Transpose then does not compile for" },
  },
];

const nearest = {
  cpu: "ResizeNearestNeighborGrad steps through dy by the images' size: wrong from the second image on",
};
const bilinear = { cpu: "ResizeBilinearGrad exchanges height and width of its result" };
const shapes: Case[] = [
  one("upSampling2d nearest", (o) => layers.upSampling2d({ size: [2, 3], ...o }), image, { faults: nearest }),
  one("upSampling2d bilinear", (o) => layers.upSampling2d({ size: [2, 3], interpolation: "bilinear", ...o }), image, {
    faults: bilinear,
  }),
  one("zeroPadding2d", (o) =>
    layers.zeroPadding2d({
      padding: [
        [1, 0],
        [2, 1],
      ],
      ...o,
    }),
  ),
  one("cropping2D", (o) =>
    layers.cropping2D({
      cropping: [
        [1, 0],
        [1, 2],
      ],
      ...o,
    }),
  ),
  one("flatten", (o) => layers.flatten(o)),
  one("reshape", (o) => layers.reshape({ targetShape: [30, 3], ...o })),
  one("permute", (o) => layers.permute({ dims: [3, 1, 2], ...o })),
  one("repeatVector", (o) => layers.repeatVector({ n: 3, ...o }), flat),
  one("rescaling", (o) => layers.rescaling({ scale: 0.5, offset: 0.1, ...o })),
];

/** The input and a convolution of it, merged. */
function merged(name: string, make: () => { apply(inputs: SymbolicTensor[]): unknown }): Case {
  return {
    name,
    input: image,
    build() {
      const first = input({ shape: image.slice(1) });
      const second = layers.conv2d({ filters: 3, kernelSize: 1 }).apply(first) as SymbolicTensor;
      return model({ inputs: first, outputs: make().apply([first, second]) as SymbolicTensor });
    },
  };
}

const graphs: Case[] = [
  merged("concatenate", () => layers.concatenate()),
  merged("add", () => layers.add()),
  merged("multiply", () => layers.multiply()),
  merged("average", () => layers.average()),
  merged("maximum", () => layers.maximum()),
  merged("minimum", () => layers.minimum()),
  {
    name: "dot",
    input: flat,
    build() {
      const first = input({ shape: flat.slice(1) });
      const second = layers.dense({ units: 6 }).apply(first) as SymbolicTensor;
      return model({ inputs: first, outputs: layers.dot({ axes: -1 }).apply([first, second]) as SymbolicTensor });
    },
  },
  {
    name: "residual block of a CNN",
    input: image,
    training: true,
    // A step moves all of a batch, and some of its ReLUs past their kink.
    tolerance: 5e-3,
    build() {
      const first = input({ shape: image.slice(1) });
      const through = [
        layers.conv2d({ filters: 4, kernelSize: 3, padding: "same", useBias: false }),
        layers.batchNormalization(),
        layers.reLU(),
      ].reduce((x, layer) => layer.apply(x) as SymbolicTensor, first);
      const past = layers.conv2d({ filters: 4, kernelSize: 1 }).apply(first) as SymbolicTensor;
      const sum = layers.add().apply([through, past]) as SymbolicTensor;
      const pooled = layers.globalAveragePooling2d({}).apply(sum) as SymbolicTensor;
      return model({ inputs: first, outputs: layers.dense({ units: 3 }).apply(pooled) as SymbolicTensor });
    },
  },
  {
    name: "model in a model",
    input: image,
    training: true,
    tolerance: 5e-3,
    build: () =>
      sequential({
        layers: [
          sequential({
            layers: [
              layers.conv2d({ filters: 4, kernelSize: 2, activation: "relu", inputShape: image.slice(1) }),
              layers.batchNormalization(),
            ],
          }),
          layers.maxPooling2d({ poolSize: 2 }),
          layers.flatten(),
          layers.dense({ units: 3 }),
        ],
      }),
  },
];

/** Probabilities of four classes for each example. */
const target = (y: tf.Tensor) => tf.softmax(tf.tensor(numbers(y.shape, 33).values, y.shape));
const losses: Record<string, (y: tf.Tensor, t: tf.Tensor) => tf.Tensor> = {
  "categorical cross-entropy": (y, t) => metrics.categoricalCrossentropy(t, tf.softmax(y)),
  "binary cross-entropy": (y, t) => metrics.binaryCrossentropy(t, tf.sigmoid(y)),
  "softmax cross-entropy": (y, t) => tf.losses.softmaxCrossEntropy(t, y),
  "softmax cross-entropy, smoothed": (y, t) => tf.losses.softmaxCrossEntropy(t, y, 1, 0.1),
  "sigmoid cross-entropy": (y, t) => tf.losses.sigmoidCrossEntropy(t, y),
  "mean squared error": (y, t) => tf.losses.meanSquaredError(t, y),
  huber: (y, t) => tf.losses.huberLoss(t, y),
  "absolute difference": (y, t) => tf.losses.absoluteDifference(t, y),
  "divergence from a teacher": (y, t) => tf.mul(t, tf.sub(tf.log(t), tf.logSoftmax(tf.div(y, 2)))),
  "L1 norm": (y) => tf.abs(y),
  "group lasso": (y) => tf.sqrt(tf.sum(tf.square(y), 0)),
};

const lossCases = Object.entries(losses).map(([name, loss]) =>
  one(`loss: ${name}`, (o) => layers.dense({ units: 4, ...o }), flat, { loss: (y) => loss(y, target(y)) }),
);

export const cases: readonly Case[] = [
  ...convolutions,
  ...normalisations,
  ...pools,
  ...nonlinear,
  ...random,
  ...recurrent,
  ...shapes,
  ...graphs,
  ...lossCases,
];
