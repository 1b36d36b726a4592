import * as tf from "@tensorflow/tfjs-core";
import type { Call, TensorId } from "../../graph/calls.ts";
import type { Layer } from "../layersByPath.ts";
import type { Linear } from "./linear.ts";
import { inputsOf, outputsOf } from "./plan.ts";

/** Tensors by their place in a network. */
export type Tensors = Map<TensorId, tf.Tensor>;

/**
 * Makes one call on tensors, of a layer that sums over channels together with what follows it. What it gives is never
 * one of the tensors, though some layers give back what they get.
 */
export function makeCall(
  call: Call,
  inputs: readonly tf.Tensor[],
  layerOf: (path: string) => Layer,
  linear: ReadonlyMap<string, Pick<Linear, "call">>,
): tf.Tensor[] {
  const [x] = inputs as readonly [tf.Tensor];
  if (call.kind === "frames") return [tf.reshape(x, [-1, ...x.shape.slice(2)])];
  if (call.kind === "sequence") return [tf.reshape(x, [-1, inputs[1]?.shape[1] ?? 1, ...x.shape.slice(1)])];
  const sum = linear.get(call.layer);
  if (sum) return [sum.call(x)];
  const outputs = layerOf(call.layer).apply(inputs.length === 1 ? x : [...inputs], { training: false });
  return ([outputs].flat() as tf.Tensor[]).map((output) => (inputs.includes(output) ? tf.clone(output) : output));
}

/**
 * Makes calls one after the other, each by `one`; what none of them needs any more is disposed of at once.
 * @param made what is known beforehand; afterwards, what they gave and `keep` names
 */
export function makeCalls(
  calls: readonly Call[],
  made: Tensors,
  keep: ReadonlySet<TensorId>,
  one: (call: Call) => tf.Tensor[],
): void {
  const last = new Map<TensorId, number>();
  for (const [index, call] of calls.entries()) {
    for (const id of [...inputsOf(call), ...outputsOf(call)]) last.set(id, index);
  }
  for (const [index, call] of calls.entries()) {
    const outputs = tf.tidy(() => one(call));
    for (const [i, id] of outputsOf(call).entries()) made.set(id, outputs[i] as tf.Tensor);
    for (const id of new Set([...inputsOf(call), ...outputsOf(call)])) {
      if (last.get(id) !== index || keep.has(id)) continue;
      made.get(id)?.dispose();
      made.delete(id);
    }
  }
}
