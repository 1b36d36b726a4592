import * as v from "valibot";
import { tieWeights } from "../channels/arrange.ts";
import { channelsAt, lockAll, type Symbols } from "../channels/symbols.ts";
import type { Tracer } from "../channels/tracer.ts";
import { mapLength, product } from "../lengths.ts";
import type { Shape } from "../network.ts";
import {
  flag,
  kerasObject,
  type LayerBehaviour,
  LayerProblem,
  type LayerRules,
  layerName,
  onlyInput,
  rule,
  type Slot,
  type Traced,
} from "./rule.ts";

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
    ...(inner.trace && { trace: (inputs, tracer) => tracePerStep(inner, inputs, tracer) }),
  };
});

/** The inner layer's channels, the same at every step. */
function tracePerStep({ outputs, trace }: LayerBehaviour, inputs: readonly Symbols[], tracer: Tracer): Traced {
  const input = inputs[0] as Symbols;
  const frame = frameOf(input);
  const traced = trace?.([frame], tracer, outputs([frame.shape])) ?? { outputs: [] };
  return { ...inLayer(traced), sameShape: true, outputs: traced.outputs.map((output) => sequenceOf(output, input)) };
}

/** Settings of a layer in a wrapper, as settings of the wrapper. */
const inLayer = (traced: Traced): Traced => ({
  ...traced,
  counts: (traced.counts ?? []).map(({ path, channels }) => ({ path: ["layer", "config", ...path], channels })),
});

/** What stands at each step of a sequence of symbols. */
export function frameOf({ shape, axes }: Symbols): Symbols {
  return { shape: [...shape.slice(0, 1), ...shape.slice(2)], axes: [...axes.slice(0, 1), ...axes.slice(2)] };
}

/** The symbols at one step made those of all steps of a sequence. */
export function sequenceOf(output: Symbols, sequence: Symbols): Symbols {
  return {
    shape: insertSteps(output.shape, [sequence.shape[1] ?? null]),
    axes: [...output.axes.slice(0, 1), sequence.axes[1] ?? null, ...output.axes.slice(1)],
  };
}

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
    ...(inner.trace && {
      trace(inputs, tracer, shapes) {
        const [forward, backward] = traceBoth(inner, inputs, tracer);
        const [output, ...states] = forward.outputs as readonly [Symbols, ...Symbols[]];
        const merged = merge_mode === "concat" ? twice(output, shapes[0] ?? [], tracer) : output;
        return {
          ...inLayer(forward),
          outputs: [merged, ...(merge_mode === null ? [merged] : []), ...states, ...states],
          weights: [...(forward.weights ?? []), ...(backward.weights ?? [])],
        };
      },
    }),
  };
});

/** One config makes both directions equally wide: unit u of one is tied to unit u of the other. */
function traceBoth(inner: LayerBehaviour, inputs: readonly Symbols[], tracer: Tracer): readonly [Traced, Traced] {
  const shapes = inner.outputs(inputs.map(({ shape }) => shape));
  const trace = () => inner.trace?.(inputs.slice(0, 1), tracer, shapes) ?? { outputs: [] };
  const [forward, backward] = [trace(), trace()];
  tieWeights(forward.weights ?? [], backward.weights ?? [], tracer);
  if (inputs.length > 1)
    lockAll([...inputs.slice(1), ...forward.outputs], tracer, "starts from states that it is given");
  return [forward, backward];
}

/** Both directions side by side along the last axis. */
function twice(output: Symbols, shape: Shape, tracer: Tracer): Symbols {
  const units = channelsAt(output, output.axes.length - 1, tracer);
  return { shape, axes: [...output.axes.slice(0, -1), units && Int32Array.from([...units, ...units])] };
}

/** Layers around a layer. */
export const wrapperRules: LayerRules = {
  TimeDistributed: timeDistributed,
  Bidirectional: bidirectional,
};
