import type { KerasLayer, TensorRef } from "../layers/topology.ts";
import type { Network } from "../network.ts";

/** Layers that give λ times as much for λ times as much, where λ is at least 0. */
const homogeneous = new Set([
  "Dropout",
  "SpatialDropout1D",
  "SpatialDropout2D",
  "GaussianDropout",
  "LeakyReLU",
  "Flatten",
  "Reshape",
  "Permute",
  "RepeatVector",
  "ZeroPadding2D",
  "Cropping2D",
  "UpSampling2D",
  "MaxPooling1D",
  "MaxPooling2D",
  "MaxPooling3D",
  "AveragePooling1D",
  "AveragePooling2D",
  "AveragePooling3D",
  "GlobalMaxPooling1D",
  "GlobalMaxPooling2D",
  "GlobalAveragePooling1D",
  "GlobalAveragePooling2D",
]);

/** Layers that are linear in their last kernel and bias. */
const linear = new Set([
  "Conv1D",
  "Conv2D",
  "Conv3D",
  "Conv2DTranspose",
  "Conv3DTranspose",
  "DepthwiseConv2D",
  "SeparableConv2D",
  "Dense",
]);

/** Activations that give λ times as much for λ times as much. */
const activations = new Set(["linear", "relu"]);

/**
 * The weights that scale what a branch gives, found from its end back: those of the last layer that has some, where all
 * behind it passes a factor on.
 * @param end what the branch gives
 * @param layers that the branch alone needs
 */
export function scalesOf(
  end: TensorRef,
  layers: readonly KerasLayer[],
  network: Network,
): { readonly weights: readonly string[] } | { readonly reason: string } {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  for (let ref: TensorRef | undefined = end; ref; ) {
    const layer = byName.get(ref.layer);
    const [[input, ...others] = [], ...again] = layer?.calls ?? [];
    if (!layer || again.length > 0 || others.length > 0) return stopped(ref.layer);
    const { config, className } = layer;
    const isPlain = config.activation === undefined || activations.has(String(config.activation));
    if (linear.has(className)) return isPlain ? lastKernel(layer.name, network) : stopped(ref.layer);
    if (className === "BatchNormalization") return gammaAndBeta(layer.name, network);
    const passes =
      homogeneous.has(className) ||
      (className === "Activation" && isPlain) ||
      (className === "ReLU" && !bounded(layer));
    if (!passes) return stopped(ref.layer);
    ref = input;
  }
  return { reason: "Its branch has no layer whose weights a factor could be multiplied into." };
}

const stopped = (layer: string) => ({
  reason: `Its branch ends in layer "${layer}", through which no factor can be multiplied into weights.`,
});

const bounded = ({ config }: KerasLayer): boolean =>
  typeof config.max_value === "number" || typeof config.maxValue === "number" || Number(config.threshold ?? 0) !== 0;

function weightsIn(name: string, { layers }: Network) {
  return layers.find((layer) => layer.name === name)?.weights ?? [];
}

function lastKernel(name: string, network: Network) {
  const weights = weightsIn(name, network);
  const kernel = weights.filter(({ role }) => role === "kernel").at(-1);
  const biases = weights.filter(({ role }) => role === "bias");
  return kernel ? { weights: [kernel, ...biases].map((weight) => weight.name) } : stopped(name);
}

function gammaAndBeta(name: string, network: Network) {
  const own = weightsIn(name, network).filter(({ role }) => role === "normalization");
  if (own.some((weight) => weight.name.endsWith("gamma"))) return { weights: own.map((weight) => weight.name) };
  return { reason: `Its branch ends in the batch normalisation "${name}", which has no scale to multiply.` };
}
