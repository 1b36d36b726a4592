import { kernelsOf, type Network } from "../graph/network.ts";
import { type Model, sizeOf, type Weight, withWeights } from "../model/model.ts";
import { decodeFloats } from "../model/values.ts";
import { countNonZero, exactValues, type Mask, withZeros } from "../model/zero.ts";
import { formatCount, formatNumber, formatShare } from "../text.ts";
import { chooseLayers } from "./layers.ts";
import type { MagnitudeOptions } from "./magnitudeSpec.ts";
import { selectBelow, selectSmallest } from "./select.ts";
import type { GradualPruning, MethodContext, Pruned } from "./spec.ts";

/**
 * Magnitude pruning: in the chosen layers' kernels, all weights below a magnitude become zero. That magnitude is
 * an absolute threshold, Han et al.'s quality × standard deviation of the kernel (2015), or whatever leaves a
 * target share of zeros, over all layers together or in each. Weights that are zero already count towards a
 * target, and ties are broken by position, so that it is met to the weight. Biases and normalisation stay.
 */
export function magnitude(
  model: Model,
  options: MagnitudeOptions,
  { network }: Pick<MethodContext, "network">,
): Pruned {
  const layers = kernelsToPrune(model, options, network);
  const kernels = layers.flat();
  const masks = masksOf(layers, options);
  const pruned = kernels.map((kernel, i) => withZeros(kernel, masks[i] as Mask));
  return { model: withWeights(model, pruned), notes: notesOf(layers, pruned, options) };
}

/** The same while the model trains, to a sparsity: the weights that are smallest by then. */
export function gradualMagnitude(model: Model, options: MagnitudeOptions, network: Network): GradualPruning {
  const targets = targetsOf(kernelsToPrune(model, options, network), options);
  return {
    targets: targets.map(({ weights, zeros }) => ({ kernels: weights.map(({ name }) => name), zeros })),
    score: (values) => values,
  };
}

/** The chosen layers' kernels. */
const kernelsToPrune = (model: Model, options: MagnitudeOptions, network: Network): Weight[][] =>
  chooseLayers(network, options).map((layer) => kernelsOf(layer).map(({ name }) => model.weights.get(name) as Weight));

/** One mask per kernel, in the order of the layers. */
function masksOf(layers: readonly (readonly Weight[])[], options: MagnitudeOptions): Mask[] {
  const { threshold, quality } = options;
  const kernels = layers.flat();
  if (threshold !== undefined) return kernels.map((kernel) => selectBelow(exactValues(kernel), threshold));
  if (quality !== undefined) {
    return kernels.map((kernel) => selectBelow(exactValues(kernel), quality * standardDeviation(kernel)));
  }
  return targetsOf(layers, options).flatMap(({ weights, zeros }) => selectSmallest(weights.map(exactValues), zeros));
}

/** Which kernels must reach how many zeros together. */
function targetsOf(layers: readonly (readonly Weight[])[], { sparsity = 0, scope }: MagnitudeOptions) {
  const together = scope === "layer" ? layers : [layers.flat()];
  return together.map((weights) => ({ weights, zeros: Math.round(sparsity * count(weights)) }));
}

/** Of the population, about its mean, in double precision. */
function standardDeviation(kernel: Weight): number {
  const values = decodeFloats(kernel);
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / values.length);
}

/** Requested against achieved, in words; nothing where they agree to the weight. */
function notesOf(
  layers: readonly (readonly Weight[])[],
  after: readonly Weight[],
  options: MagnitudeOptions,
): string[] {
  const before = layers.flat();
  const total = count(before);
  const zeroBefore = total - nonZero(before);
  const zeroAfter = total - nonZero(after);
  const had = `${formatCount(zeroBefore)} of the chosen layers' ${formatCount(total)} weights (${formatShare(zeroBefore / total)}) were zero already`;
  if (zeroAfter === zeroBefore) return [`Nothing was pruned: ${had}, and ${whyNothing(options)}.`];
  const { sparsity } = options;
  if (sparsity === undefined) return [`${formatShare(zeroAfter / total)} of the chosen layers' weights are zero now.`];
  const asked = targetsOf(layers, options).reduce((sum, { zeros }) => sum + zeros, 0);
  return zeroAfter !== asked
    ? [`Asked for ${formatShare(sparsity)}, reached ${formatShare(zeroAfter / total)}: ${had}.`]
    : [];
}

function whyNothing({ sparsity, threshold, quality }: MagnitudeOptions): string {
  if (sparsity !== undefined) return `${formatShare(sparsity)} asks for no more`;
  if (threshold !== undefined) return `no other weight's magnitude is below ${formatNumber(threshold)}`;
  return `no other weight is below ${formatNumber(quality ?? 0)} standard deviations of its kernel`;
}

const count = (weights: readonly Weight[]): number => weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
const nonZero = (weights: readonly Weight[]): number => weights.reduce((sum, weight) => sum + countNonZero(weight), 0);
