import assert from "node:assert/strict";
import fc from "fast-check";
import { networkOf } from "../../../../src/pruning/graph/networkOf.ts";
import type { JsonObject } from "../../../../src/pruning/model/model.ts";
import { loadGraph, tf } from "../tfjs.ts";
import { type Constant, graphModel, node, placeholder } from "./graphs.ts";

// One op, or a few, between an input `x` and an output `y`.

/** The shape of output `y` as inferred, and as TensorFlow.js computes it for a batch of `batch`. */
export async function shapesOf(
  nodes: JsonObject[],
  constants: Readonly<Record<string, Constant>>,
  input: number[],
  batch: number,
) {
  const model = graphModel([placeholder("x", input), ...nodes], constants, {
    fields: { signature: { outputs: { y: { name: "y:0" } } } },
  });
  const inferred = networkOf(model).outputs[0]?.shape;
  const graph = await loadGraph(model);
  const x = tf.ones(input.map((length) => (length < 0 ? batch : length)));
  const dynamic = nodes.some(({ op }) => op === "Where");
  const result = (await (dynamic ? graph.executeAsync({ x }, ["y"]) : graph.execute({ x }, ["y"]))) as tf.Tensor;
  graph.dispose();
  return { inferred, ran: result.shape };
}

/** Compares for one example and for three; what is inferred must hold for both, open where they differ. */
export async function compare(nodes: JsonObject[], constants: Readonly<Record<string, Constant>>, ...input: number[]) {
  const one = await shapesOf(nodes, constants, input, 1);
  const three = await shapesOf(nodes, constants, input, 3);
  const open = one.ran.map((length, i) => (length === three.ran[i] ? length : null));
  assert.deepEqual(one.inferred, open);
}

export const small = fc.integer({ min: 1, max: 3 });
/** Tries a property on examples that are the same every time. */
export const check = <T extends unknown[]>(property: fc.IAsyncProperty<T>) =>
  fc.assert(property, { numRuns: 60, seed: 11 });

/** The node whose output is compared. */
export const y = (op: string, inputs: string[], attrs: JsonObject = {}) => node("y", op, inputs, attrs);
