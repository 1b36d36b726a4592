import { SecateurError } from "../../errors.ts";
import type { Shape } from "../network.ts";
import { LayerProblem } from "./rule.ts";
import { givenShape, type KerasLayer, type KerasModel, type TensorRef } from "./topology.ts";

/**
 * What a network is run on instead of numbers: shapes, or symbols. Nested models are taken apart: only their inner
 * layers are met, with `outer/inner` for a path.
 */
export interface Interpretation<T> {
  /** An input layer. @param given what the model around it calls it on; nothing in the outermost model */
  input(layer: KerasLayer, path: string, given: T | undefined): T;
  /**
   * A call of a layer.
   * @param steps time axes of the TimeDistributed models around, outermost first
   * @throws LayerProblem
   */
  call(layer: KerasLayer, path: string, inputs: readonly T[], steps: Shape): readonly T[];
  /**
   * A call that no output needs, which TensorFlow.js makes all the same when it loads the model, and then forgets.
   * @param inputs those that some output needs
   */
  idle?(layer: KerasLayer, path: string, inputs: readonly T[]): void;
  /** The time axis of a sequence that a TimeDistributed is called on, and what stands at each step. @throws LayerProblem */
  frame(inputs: readonly T[], layer: KerasLayer, path: string): { readonly steps: Shape[number]; readonly frame: T };
  /** What was found for one step of a sequence, for all of them. */
  sequence(output: T, inputs: readonly T[]): T;
}

/** Where a model is called from. */
interface Place {
  /** Names of the models around, each followed by a slash. */
  readonly prefix: string;
  /** Time axes of the TimeDistributed wrappers around, outermost first. */
  readonly steps: Shape;
}

type Calls = ReadonlyMap<KerasLayer, ReadonlySet<number>>;

/**
 * Runs a model layer by layer. Layers that no output needs are left out, as tfjs leaves them out.
 * @param inputs what to call it on; what its input layers give if left out
 * @returns its outputs
 * @throws SecateurError `unsupported-model` naming the layer that cannot be loaded; `bad-model` for calls that
 *   lead nowhere
 */
export function walk<T>(
  model: KerasModel,
  interpretation: Interpretation<T>,
  inputs?: readonly T[],
  place: Place = { prefix: "", steps: [] },
): T[] {
  const tensors = new Map<string, readonly T[]>();
  const needed = neededCalls(model);
  let waiting = model.layers.flatMap((layer) =>
    [...(needed.get(layer) ?? [])].sort((a, b) => a - b).map((call) => ({ layer, call })),
  );
  while (waiting.length > 0) {
    // Files list layers in the order they run, but for layers shared at several depths.
    const stuck = waiting.filter(({ layer, call }) => {
      const on = inputsOf(layer, call, tensors);
      if (!on) return true;
      tensors.set(`${layer.name}:${call}`, run(model, layer, on, inputs, place, interpretation));
      return false;
    });
    if (stuck.length === waiting.length) {
      const names = stuck.map(({ layer }) => `"${place.prefix}${layer.name}"`).join(", ");
      throw new SecateurError("bad-model", `The calls of ${names} wait for each other; save the model again.`);
    }
    waiting = stuck;
  }
  for (const layer of model.layers) {
    for (const [call, refs] of layer.calls.entries()) {
      if (needed.get(layer)?.has(call)) continue;
      const reached = refs.flatMap((ref) => tensorOf(ref, tensors) ?? []);
      interpretation.idle?.(layer, place.prefix + layer.name, reached);
    }
  }
  return model.outputs.map((ref) => {
    const tensor = tensorOf(ref, tensors);
    if (tensor) return tensor;
    throw new SecateurError(
      "bad-model",
      `The model "${model.name}" gives out output ${ref.output} of layer "${ref.layer}", which has fewer; save or convert it again.`,
    );
  });
}

/** The calls an output depends on, found from the outputs back. */
function neededCalls(model: KerasModel): Calls {
  const byName = new Map(model.layers.map((layer) => [layer.name, layer]));
  const callOf = (ref: TensorRef) => {
    const layer = byName.get(ref.layer);
    const inputs = layer?.calls[ref.call];
    if (layer && inputs) return { layer, inputs };
    throw new SecateurError(
      "bad-model",
      `The model "${model.name}" uses call ${ref.call} of layer "${ref.layer}", which it does not have; save or convert it again.`,
    );
  };
  // tfjs makes every call before it leaves out what no output needs, and never ends where one leads nowhere.
  for (const ref of model.layers.flatMap((layer) => layer.calls.flat())) callOf(ref);
  const needed = new Map<KerasLayer, Set<number>>();
  const open = [...model.inputs, ...model.outputs];
  for (let ref = open.pop(); ref; ref = open.pop()) {
    const { layer, inputs } = callOf(ref);
    const calls = needed.get(layer) ?? new Set();
    if (calls.has(ref.call)) continue;
    needed.set(layer, calls.add(ref.call));
    open.push(...inputs);
  }
  return needed;
}

function inputsOf<T>(layer: KerasLayer, call: number, tensors: ReadonlyMap<string, readonly T[]>): T[] | undefined {
  const inputs = layer.calls[call]?.map((ref) => tensorOf(ref, tensors)) ?? [];
  return inputs.every((input) => input !== undefined) ? inputs : undefined;
}

function tensorOf<T>(ref: TensorRef, tensors: ReadonlyMap<string, readonly T[]>): T | undefined {
  return tensors.get(`${ref.layer}:${ref.call}`)?.[ref.output];
}

function run<T>(
  model: KerasModel,
  layer: KerasLayer,
  inputs: readonly T[],
  given: readonly T[] | undefined,
  place: Place,
  interpretation: Interpretation<T>,
): readonly T[] {
  const path = place.prefix + layer.name;
  if (layer.className === "InputLayer") {
    const index = model.inputs.findIndex((ref) => ref.layer === layer.name);
    return [interpretation.input(layer, path, given?.[index])];
  }
  return naming(layer, path, () =>
    layer.model
      ? runInner(layer, layer.model, inputs, { ...place, prefix: `${path}/` }, interpretation)
      : interpretation.call(layer, path, inputs, place.steps),
  );
}

function runInner<T>(
  layer: KerasLayer,
  model: KerasModel,
  inputs: readonly T[],
  place: Place,
  interpretation: Interpretation<T>,
): T[] {
  if (!layer.perStep) return walk(model, interpretation, inputs, place);
  const { steps, frame } = interpretation.frame(inputs, layer, place.prefix.slice(0, -1));
  const outputs = walk(model, interpretation, [frame], { ...place, steps: [...place.steps, steps] });
  return outputs.map((output) => interpretation.sequence(output, inputs));
}

/** The shape an input layer declares, batch first. */
export function declaredShape(layer: KerasLayer, path: string): Shape {
  const shape = givenShape(layer.className, layer.config);
  if (shape?.every((length) => length === null || typeof length === "number")) return shape as Shape;
  throw new SecateurError(
    "unsupported-model",
    `Layer "${path}" (${layer.className}) has no batch_input_shape, without which TensorFlow.js cannot load it: save or convert the model again.`,
  );
}

/** Makes a sentence of what a rule found wrong. */
function naming<T>(layer: KerasLayer, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof LayerProblem)) throw error;
    throw new SecateurError(
      "unsupported-model",
      `Layer "${path}" (${layer.className}) ${error.message}: ${error.remedy}.`,
    );
  }
}
