import type { Model, Weight } from "../../model/model.ts";
import { type Length, mapLength } from "../lengths.ts";
import type { Network, Shape } from "../network.ts";
import { type GraphNode, type Nodes, parseGraph } from "./graphDef.ts";
import { constantTensor, inferTensors, openShape, type Tensors } from "./infer.ts";
import { kernelOps } from "./kernels.ts";
import { type NodeRun, opLayers } from "./opLayers.ts";
import { nodesInLoops, runningOrder } from "./order.ts";
import { checkRunnable, functionsRun } from "./runnable.ts";
import { graphInputs, graphOutputs } from "./signature.ts";
import { type Tensor, unknown } from "./tensor.ts";

const inLoop = "It runs in a loop or a function, as often as the data asks, so its multiply-adds cannot be counted.";
const openShapes = "The shape of its input is only known when the model runs, so its multiply-adds cannot be counted.";

/**
 * The network of a graph model: the ops that compute with weights, in an order they can run.
 * @throws SecateurError as `parseGraph`, `graphOutputs` and `checkRunnable` do
 */
export function graphNetwork(model: Model): Network {
  const graph = parseGraph(model.json.modelTopology);
  const inputs = graphInputs(model, graph.nodes);
  const outputs = graphOutputs(model, graph.nodes);
  const ordered = runningOrder(
    graph.nodes,
    outputs.map(({ node }) => node.name),
  );
  const functions = functionsRun(graph, ordered);
  const inFunctions = functions.flatMap((nodes) => [...nodes.values()]);
  checkRunnable([...ordered, ...inFunctions], model.weights);

  const shapes = new Map(inputs.map(({ node, shape }) => [node.name, shape]));
  const examples = examplesIn([...shapes.values()]);
  const withBatch = (batch: number) => inferTensors(ordered, sourcesOf(model.weights, shapes, batch));
  const one = withBatch(1);
  const two = examples === null ? withBatch(2) : one;
  const shapeAt = (name: string) => openShape(one.get(name)?.[0]?.shape ?? null, two.get(name)?.[0]?.shape ?? null);

  const looping = nodesInLoops(ordered);
  const runs = ordered.map((node): NodeRun => {
    const macs = looping.has(node.name) ? null : mapLength(macsOf(node, one), (n) => n / (examples ?? 1));
    const reason = looping.has(node.name) ? inLoop : openShapes;
    return { node, outputShape: shapeAt(node.name), macs, ...(macs === null && { unknown: reason }) };
  });
  const unseen = inFunctions.map((node): NodeRun => ({ node, outputShape: null, macs: null, unknown: inLoop }));
  return {
    inputs: inputs.map(({ node, shape, dtype }) => ({ name: node.name, shape: shape ?? [null], dtype })),
    outputs: outputs.map(({ node, shape }) => ({ name: node.name, shape: shapeAt(node.name) ?? shape })),
    layers: opLayers([...runs, ...unseen], allNodes(graph.nodes, functions), model.weights),
  };
}

function allNodes(main: Nodes, functions: readonly Nodes[]): Nodes {
  return new Map([main, ...functions].flatMap((nodes) => [...nodes]));
}

/** The tensors of constants and inputs; an open batch is taken to be of some examples. */
function sourcesOf(
  weights: ReadonlyMap<string, Weight>,
  inputs: ReadonlyMap<string, Shape | null>,
  batch: number,
): (node: GraphNode) => Tensor | undefined {
  return (node) => {
    const shape = inputs.get(node.name);
    if (shape) return { shape: shape.map((length, axis) => (axis === 0 ? (length ?? batch) : length)) };
    const weight = node.op === "Const" ? weights.get(node.ownName) : undefined;
    if (weight) return constantTensor(weight);
    return inputs.has(node.name) ? unknown : undefined;
  };
}

/** How many examples a model with a fixed batch takes at once; null where the batch is open. */
function examplesIn(shapes: readonly (Shape | null)[]): number | null {
  const batches = shapes.filter((shape) => shape !== null && shape.length > 1).map((shape) => shape?.[0] ?? null);
  if (shapes.some((shape) => shape?.[0] === null)) return null;
  return new Set(batches).size === 1 ? (batches[0] ?? 1) : 1;
}

function macsOf(node: GraphNode, tensors: Tensors): Length {
  const kernelOp = Object.hasOwn(kernelOps, node.op) ? kernelOps[node.op] : undefined;
  if (!kernelOp) return 0;
  const inputs = node.inputs.map((edge) => tensors.get(edge.node)?.[edge.output] ?? unknown);
  return kernelOp.macs(node, inputs, tensors.get(node.name)?.[0] ?? unknown);
}
