import * as v from "valibot";
import { mapLength, product } from "../lengths.ts";
import type { Shape } from "../network.ts";
import { flag, kerasObject, LayerProblem, type LayerRules, layerName, onlyInput, rule, type Slot } from "./rule.ts";

// Source: tfjs-layers/src/layers/wrappers.ts, 4.22.0.

/** Wraps a layer; a whole model inside is taken apart before it comes to a rule (walk.ts). */
const timeDistributed = rule(v.object({ layer: kerasObject }), ({ layer }, resolve) => {
  const inner = resolve(layer.class_name, layer.config);
  return {
    outputs: (inputs) => {
      const { steps, frame } = perStep(inputs);
      return inner.outputs([frame]).map((shape) => insertSteps(shape, [steps]));
    },
    slots: (inputs) => {
      const { steps, frame } = perStep(inputs);
      return (inner.slots?.([frame]) ?? []).map((slot) => repeated(slot, [steps]));
    },
    ...(inner.unprunable !== undefined && { unprunable: inner.unprunable }),
  };
});

/** The time axis of a sequence and the shape of what stands at each step. */
export function perStep(inputs: readonly Shape[]): { steps: number | null; frame: Shape } {
  const [batch = null, steps = null, ...rest] = onlyInput(inputs);
  if (rest.length === 0) throw new LayerProblem("needs an input of 3 or more axes");
  return { steps, frame: [batch, ...rest] };
}

/** A shape for one step made one for all: the time axes stand after the batch. */
export function insertSteps(shape: Shape, steps: Shape): Shape {
  return [...shape.slice(0, 1), ...steps, ...shape.slice(1)];
}

/** A weight that is used once per step. */
export function repeated(slot: Slot, steps: Shape): Slot {
  return slot.uses === undefined ? slot : { ...slot, uses: product([slot.uses, ...steps]) };
}

const bidirectionalSettings = v.object({
  layer: v.object({
    ...kerasObject.entries,
    config: v.intersect([kerasObject.entries.config, v.object({ name: layerName, return_state: flag(false) })]),
  }),
  merge_mode: v.optional(v.nullable(v.picklist(["concat", "sum", "mul", "ave"])), "concat"),
});

const bidirectional = rule(bidirectionalSettings, ({ layer, merge_mode }, resolve) => {
  const inner = resolve(layer.class_name, layer.config);
  return {
    outputs: (inputs) => {
      const [output = [], ...states] = inner.outputs(inputs);
      const last = output.at(-1) ?? null;
      const merged = merge_mode === "concat" ? [...output.slice(0, -1), mapLength(last, (n) => 2 * n)] : output;
      return [merged, ...(merge_mode === null ? [merged] : []), ...states, ...states];
    },
    slots: (inputs) =>
      ["forward", "backward"].flatMap((direction) =>
        (inner.slots?.(inputs) ?? []).map((slot) => ({
          ...slot,
          path: `${direction}_${layer.config.name}/${slot.path}`,
        })),
      ),
  };
});

/** Layers around a layer. */
export const wrapperRules: LayerRules = {
  TimeDistributed: timeDistributed,
  Bidirectional: bidirectional,
};
