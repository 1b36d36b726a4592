import type { Model, Weight } from "../../model/model.ts";
import { exactValues } from "../../model/zero.ts";
import { settledWeights, weightName } from "../layers/layersNetwork.ts";
import { behaviourOf } from "../layers/rules.ts";
import { type KerasLayer, parseTopology } from "../layers/topology.ts";
import { declaredShape, type Interpretation, walk } from "../layers/walk.ts";
import { insertSteps } from "../layers/wrappers.ts";
import type { Shape } from "../network.ts";
import type { ChannelAxes, Channels, ChannelUse } from "./channels.ts";
import { activated, axisIn, type Known, type KnownRule, knownRules, unknown } from "./constants.ts";

/**
 * Which of the channels that a kernel is given are zero whatever the model's input: by the kernel's name, one byte per
 * index along the axis that reads them.
 */
export type Silence = ReadonlyMap<string, Uint8Array>;

/**
 * Finds what is always zero by running a model on what is known of its values.
 * @param channels of the model; graph models have none, and nothing is known of them
 * @throws SecateurError as `networkOf`
 */
export function silenceOf(model: Model, channels: Channels): Silence {
  const silence = new Map<string, Uint8Array>();
  if (channels.count === 0) return silence;
  const keras = parseTopology(model.json.modelTopology);
  const names = settledWeights(keras, model);
  const axesOf = ({ name }: Weight): ChannelAxes => channels.weights.get(name) ?? [];

  /** Notes what a kernel is given; a shared layer is called more than once. */
  const note = (kernel: Weight, fed: Known): Uint8Array => {
    const length = kernel.shape[axisOf(axesOf(kernel), "reads")] ?? 0;
    const before = silence.get(kernel.name);
    const zero = Uint8Array.from({ length }, (_, i) => Number(fed.values?.[i] === 0));
    silence.set(kernel.name, before ? before.map((flag, i) => flag & (zero[i] as number)) : zero);
    return zero;
  };

  const weightsOf = (layer: KerasLayer, shapes: readonly Shape[]): ReadonlyMap<string, Weight> => {
    const slots = behaviourOf(layer.className, layer.config).slots?.(shapes) ?? [];
    return new Map(
      slots.flatMap((slot) => {
        const weight = model.weights.get(names.get(weightName(layer, slot))?.name ?? "");
        return weight ? [[slot.path, weight] as const] : [];
      }),
    );
  };

  const made: KnownRule = ({ config, inputs, shape, weight }) => {
    const kernel = weight("kernel") ?? weight("embeddings");
    const [input] = inputs;
    if (!kernel || !input) return unknown(shape);
    const axis = axisIn(config, shape);
    const fed = input.axis === axisIn(config, input.shape) ? input : unknown(input.shape);
    const values = madeBy(kernel, axesOf(kernel), weight("bias"), note(kernel, fed));
    return activated({ shape, axis, values }, config);
  };

  const rules: Readonly<Record<string, KnownRule>> = {
    ...knownRules,
    ...Object.fromEntries(makers.map((name) => [name, made])),
    DepthwiseConv2D: followed,
  };
  walk(keras, onKnown(rules, weightsOf));
  return silence;
}

/** Layers that make channels by one kernel, and perhaps a bias. */
const makers = ["Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "Conv3DTranspose", "Dense", "Embedding"];

const axisOf = (axes: ChannelAxes, use: ChannelUse): number => axes.findIndex((axis) => axis?.use === use);

/** The bias of filters that multiply nothing but zeros, or by nothing but zeros. */
function madeBy(kernel: Weight, axes: ChannelAxes, bias: Weight | undefined, zeroInputs: Uint8Array): Float64Array {
  const [along, by] = [axisOf(axes, "makes"), axisOf(axes, "reads")];
  const { shape } = kernel;
  const strideOf = (axis: number) => shape.slice(axis + 1).reduce((size, length) => size * length, 1);
  const [filters, inputs] = [shape[along] ?? 0, by < 0 ? 1 : (shape[by] as number)];
  const [step, inputStep] = [strideOf(along), strideOf(by)];
  const biases = bias && exactValues(bias);
  const values = Float64Array.from({ length: filters }, (_, i) => biases?.[i] ?? 0);
  const elements = exactValues(kernel);
  for (let i = 0; i < elements.length; i++) {
    if (elements[i] === 0) continue;
    const filter = Math.floor(i / step) % filters;
    // Most filters are seen to depend on their input at their first element.
    if (Number.isNaN(values[filter])) continue;
    if (zeroInputs[Math.floor(i / inputStep) % inputs] !== 1) values[filter] = Number.NaN;
  }
  return values;
}

/** Depthwise convolution: filter c·m + j is made from channel c alone. */
const followed: KnownRule = ({ config, inputs, shape, weight }) => {
  const kernel = weight("depthwise_kernel");
  const [input] = inputs;
  if (!kernel || !input) return unknown(shape);
  const filters = (kernel.shape[2] as number) * (kernel.shape[3] as number);
  const bias = weight("bias");
  const biases = bias && exactValues(bias);
  const fed = input.axis === axisIn(config, input.shape) ? input.values : null;
  const values = Float64Array.from({ length: filters }, (_, i) => biases?.[i] ?? 0);
  const elements = exactValues(kernel);
  for (let i = 0; i < elements.length; i++) {
    const filter = i % filters;
    if (elements[i] !== 0 && fed?.[Math.floor(filter / (kernel.shape[3] as number))] !== 0) values[filter] = Number.NaN;
  }
  return activated({ shape, axis: axisIn(config, shape), values }, config);
};

/** What is known for tensors. */
function onKnown(
  rules: Readonly<Record<string, KnownRule>>,
  weightsOf: (layer: KerasLayer, shapes: readonly Shape[]) => ReadonlyMap<string, Weight>,
): Interpretation<Known> {
  return {
    input: (layer, path, given) => given ?? unknown(declaredShape(layer, path)),
    call(layer, _path, inputs) {
      const { className, config } = layer;
      const shapes = inputs.map(({ shape }) => shape);
      const outputs = behaviourOf(className, config).outputs(shapes);
      const rule = Object.hasOwn(rules, className) ? rules[className] : undefined;
      const weights = rule && weightsOf(layer, shapes);
      return outputs.map((shape, i) =>
        rule && i === 0 ? rule({ config, inputs, shape, weight: (path) => weights?.get(path) }) : unknown(shape),
      );
    },
    frame([input]) {
      const { shape, axis, values } = input as Known;
      const frame = [...shape.slice(0, 1), ...shape.slice(2)];
      return { steps: shape[1] ?? null, frame: axis > 1 ? { shape: frame, axis: axis - 1, values } : unknown(frame) };
    },
    sequence: ({ shape, axis, values }, [input]) => ({
      shape: insertSteps(shape, [input?.shape[1] ?? null]),
      axis: axis + 1,
      values,
    }),
  };
}
