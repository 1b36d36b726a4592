import type { Model } from "../model/model.ts";
import { behaviourOf } from "./layers/rules.ts";
import { parseTopology } from "./layers/topology.ts";
import { declaredShape, type Interpretation, walk } from "./layers/walk.ts";
import { insertSteps, perStep } from "./layers/wrappers.ts";
import type { Shape } from "./network.ts";

/** A tensor that flows through a network, numbered in the order in which tensors are made. */
export type TensorId = number;

/**
 * One thing done as a network runs. `layer`: a layer called on tensors. `frames`: the steps of a sequence taken as
 * examples of their own, `[batch, time, …]` as `[batch · time, …]`, for a model that a TimeDistributed repeats;
 * `sequence`: the same undone, its time axis that of `like`.
 */
export type Call =
  | {
      readonly kind: "layer";
      /** Unique name of the layer, `outer/inner` in nested models; a shared layer is called more than once. */
      readonly layer: string;
      readonly inputs: readonly TensorId[];
      readonly outputs: readonly TensorId[];
    }
  | { readonly kind: "frames"; readonly input: TensorId; readonly output: TensorId }
  | { readonly kind: "sequence"; readonly input: TensorId; readonly like: TensorId; readonly output: TensorId };

/** A layers model as the calls it makes, in an order they can be made in; nested models taken apart. */
export interface Calls {
  readonly inputs: readonly TensorId[];
  readonly outputs: readonly TensorId[];
  readonly calls: readonly Call[];
}

interface Known {
  readonly id: TensorId;
  readonly shape: Shape;
}

/**
 * The calls that running a layers model makes, so that a part of them can be made again on tensors that are known.
 * @throws SecateurError as `networkOf`
 */
export function callsOf(model: Model): Calls {
  const keras = parseTopology(model.json.modelTopology);
  const calls: Call[] = [];
  const inputs: TensorId[] = [];
  let count = 0;
  const made = (shape: Shape): Known => ({ id: count++, shape });
  const recording: Interpretation<Known> = {
    input(layer, path, given) {
      if (given) return given;
      const input = made(declaredShape(layer, path));
      inputs[keras.inputs.findIndex((ref) => ref.layer === layer.name)] = input.id;
      return input;
    },
    call(layer, path, on) {
      const outputs = behaviourOf(layer.className, layer.config)
        .outputs(on.map(({ shape }) => shape))
        .map(made);
      calls.push({ kind: "layer", layer: path, inputs: on.map(({ id }) => id), outputs: outputs.map(({ id }) => id) });
      return outputs;
    },
    frame(on) {
      const { steps, frame } = perStep(on.map(({ shape }) => shape));
      const [sequence] = on as readonly [Known];
      const output = made(frame);
      calls.push({ kind: "frames", input: sequence.id, output: output.id });
      return { steps, frame: output };
    },
    sequence(input, [like]) {
      const output = made(insertSteps(input.shape, [like?.shape[1] ?? null]));
      calls.push({ kind: "sequence", input: input.id, like: (like as Known).id, output: output.id });
      return output;
    },
  };
  const outputs = walk(keras, recording).map(({ id }) => id);
  return { inputs, outputs, calls };
}
