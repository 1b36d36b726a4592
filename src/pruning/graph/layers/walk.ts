import { SecateurError } from "../../errors.ts";
import type { Shape } from "../network.ts";
import { type LayerBehaviour, LayerProblem, type Slot } from "./rule.ts";
import { behaviourOf } from "./rules.ts";
import { givenShape, type KerasLayer, type KerasModel, type TensorRef } from "./topology.ts";
import { insertSteps, perStep, repeated } from "./wrappers.ts";

/** A layer called once: nested models appear as their inner layers only. */
export interface LayerCall {
  readonly layer: KerasLayer;
  /** `outer/inner` for layers of nested models. */
  readonly path: string;
  readonly outputs: readonly Shape[];
  readonly slots: readonly Slot[];
  readonly unprunable?: string;
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
 * Runs a model on shapes, layer by layer, and tells of each call. Layers that no output needs are left out, as
 * tfjs leaves them out.
 * @param inputs the shapes to call it on; those its input layers give if left out
 * @returns the shapes of its outputs
 * @throws SecateurError `unsupported-model` naming the layer that cannot be loaded; `bad-model` for calls that
 *   lead nowhere
 */
export function walk(
  model: KerasModel,
  visit: (call: LayerCall) => void,
  inputs?: readonly Shape[],
  place: Place = { prefix: "", steps: [] },
): Shape[] {
  const tensors = new Map<string, readonly Shape[]>();
  const needed = neededCalls(model);
  let waiting = model.layers.flatMap((layer) =>
    [...(needed.get(layer) ?? [])].sort((a, b) => a - b).map((call) => ({ layer, call })),
  );
  while (waiting.length > 0) {
    // Files list layers in the order they run, but for layers shared at several depths.
    const stuck = waiting.filter(({ layer, call }) => {
      const shapes = inputShapes(layer, call, tensors);
      if (!shapes) return true;
      tensors.set(`${layer.name}:${call}`, run(model, layer, shapes, inputs, place, visit));
      return false;
    });
    if (stuck.length === waiting.length) {
      const names = stuck.map(({ layer }) => `"${place.prefix}${layer.name}"`).join(", ");
      throw new SecateurError("bad-model", `The calls of ${names} wait for each other; save the model again.`);
    }
    waiting = stuck;
  }
  return model.outputs.map((ref) => {
    const shape = tensorOf(ref, tensors);
    if (shape) return shape;
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

function inputShapes(
  layer: KerasLayer,
  call: number,
  tensors: ReadonlyMap<string, readonly Shape[]>,
): Shape[] | undefined {
  const shapes = layer.calls[call]?.map((ref) => tensorOf(ref, tensors)) ?? [];
  return shapes.every((shape) => shape !== undefined) ? shapes : undefined;
}

function tensorOf(ref: TensorRef, tensors: ReadonlyMap<string, readonly Shape[]>): Shape | undefined {
  return tensors.get(`${ref.layer}:${ref.call}`)?.[ref.output];
}

function run(
  model: KerasModel,
  layer: KerasLayer,
  inputs: readonly Shape[],
  given: readonly Shape[] | undefined,
  place: Place,
  visit: (call: LayerCall) => void,
): readonly Shape[] {
  const path = place.prefix + layer.name;
  if (layer.className === "InputLayer") {
    const index = model.inputs.findIndex((ref) => ref.layer === layer.name);
    const shape = given?.[index] ?? declaredShape(layer, path);
    if (!given && !layer.implied) visit({ layer, path, outputs: [shape], slots: [] });
    return [shape];
  }
  return naming(layer, path, () => {
    if (layer.model) return runInner(layer, layer.model, inputs, { ...place, prefix: `${path}/` }, visit);
    const behaviour = behaviourOf(layer.className, layer.config);
    const outputs = behaviour.outputs(inputs);
    visit(inPlace(layer, path, outputs, behaviour, inputs, place.steps));
    return outputs;
  });
}

function runInner(
  layer: KerasLayer,
  model: KerasModel,
  inputs: readonly Shape[],
  place: Place,
  visit: (call: LayerCall) => void,
): Shape[] {
  if (!layer.perStep) return walk(model, visit, inputs, place);
  const { steps, frame } = perStep(inputs);
  const outputs = walk(model, visit, [frame], { ...place, steps: [...place.steps, steps] });
  return outputs.map((shape) => insertSteps(shape, [steps]));
}

/** What was found for one step, told for all steps around. */
function inPlace(
  layer: KerasLayer,
  path: string,
  outputs: readonly Shape[],
  behaviour: LayerBehaviour,
  inputs: readonly Shape[],
  steps: Shape,
): LayerCall {
  return {
    layer,
    path,
    outputs: outputs.map((shape) => insertSteps(shape, steps)),
    slots: (behaviour.slots?.(inputs) ?? []).map((slot) => repeated(slot, steps)),
    ...(behaviour.unprunable !== undefined && { unprunable: behaviour.unprunable }),
  };
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
