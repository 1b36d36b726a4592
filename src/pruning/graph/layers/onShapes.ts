import type { Shape } from "../network.ts";
import type { Slot } from "./rule.ts";
import { behaviourOf } from "./rules.ts";
import type { KerasLayer, KerasModel } from "./topology.ts";
import { declaredShape, type Interpretation, walk } from "./walk.ts";
import { insertSteps, perStep, repeated } from "./wrappers.ts";

/** A layer called once, on shapes. */
export interface LayerCall {
  readonly layer: KerasLayer;
  /** `outer/inner` for layers of nested models. */
  readonly path: string;
  readonly outputs: readonly Shape[];
  readonly slots: readonly Slot[];
  readonly unprunable?: string;
}

/**
 * Runs a model on shapes.
 * @returns the calls of each layer, in the order they run, and the shapes of the outputs
 * @throws SecateurError as `walk` does
 */
export function runOnShapes(model: KerasModel): { calls: Map<KerasLayer, LayerCall[]>; outputs: Shape[] } {
  const calls = new Map<KerasLayer, LayerCall[]>();
  const note = (call: LayerCall) => calls.set(call.layer, [...(calls.get(call.layer) ?? []), call]);
  const outputs = walk(model, onShapes(note));
  return { calls, outputs };
}

/** Shapes for tensors; tells of each call. */
function onShapes(visit: (call: LayerCall) => void): Interpretation<Shape> {
  return {
    input(layer, path, given) {
      const shape = given ?? declaredShape(layer, path);
      if (!given && !layer.implied) visit({ layer, path, outputs: [shape], slots: [] });
      return shape;
    },
    call(layer, path, inputs, steps) {
      const behaviour = behaviourOf(layer.className, layer.config);
      const outputs = behaviour.outputs(inputs);
      visit({
        layer,
        path,
        outputs: outputs.map((shape) => insertSteps(shape, steps)),
        slots: (behaviour.slots?.(inputs) ?? []).map((slot) => repeated(slot, steps)),
        ...(behaviour.unprunable !== undefined && { unprunable: behaviour.unprunable }),
      });
      return outputs;
    },
    frame: perStep,
    sequence: (output, [input]) => insertSteps(output, [input?.[1] ?? null]),
  };
}
