import * as v from "valibot";
import { SecateurError } from "../../errors.ts";
import type { JsonValue } from "../../model/model.ts";
import { isObject, issueClause } from "../json.ts";
import { Attributes, type AttrValues } from "./attributes.ts";

// A TensorFlow GraphDef as the TF.js converter writes it to JSON. Source: tfjs-converter/src/operations/
// operation_mapper.ts and data/compiled_api.ts, 4.22.0.

/** One output of a node. */
export interface Edge {
  readonly node: string;
  readonly output: number;
}

/** An op of the graph and what it takes in. */
export interface GraphNode {
  /** Unique in the model: `function/node` inside a library function. */
  readonly name: string;
  /** Its name in the file, under which the manifest lists a constant. */
  readonly ownName: string;
  readonly op: string;
  /** Data inputs in order. */
  readonly inputs: readonly Edge[];
  /** Nodes that must run before it. */
  readonly after: readonly string[];
  readonly attrs: Attributes;
}

/** Nodes by name. */
export type Nodes = ReadonlyMap<string, GraphNode>;

/** A graph and the functions its nodes call. */
export interface Graph {
  readonly nodes: Nodes;
  /** Library functions, the bodies of If and While, by name. */
  readonly functions: ReadonlyMap<string, Nodes>;
}

const nodeSchema = v.object({
  name: v.string(),
  op: v.string(),
  input: v.nullish(v.array(v.string()), []),
  attr: v.nullish(v.custom<AttrValues>(isObject), {}),
});

const graphSchema = v.object({
  node: v.array(nodeSchema),
  library: v.nullish(
    v.object({
      function: v.nullish(
        v.array(
          v.object({
            signature: v.object({
              name: v.string(),
              inputArg: v.nullish(v.array(v.object({ name: v.string() })), []),
            }),
            nodeDef: v.nullish(v.array(nodeSchema), []),
          }),
        ),
        [],
      ),
    }),
  ),
  // tfjs reads `versions.producer` without looking whether there are versions.
  versions: v.looseObject({}),
});

/**
 * @param topology `modelTopology` of a graph model
 * @throws SecateurError `bad-model` for what is no GraphDef or names nodes it does not hold
 */
export function parseGraph(topology: JsonValue | undefined): Graph {
  const parsed = v.safeParse(graphSchema, topology);
  if (!parsed.success) {
    throw new SecateurError(
      "bad-model",
      `The graph is not of the form TensorFlow.js reads in modelTopology, where ${issueClause(parsed.issues[0])}; convert the model again.`,
    );
  }
  const { node, library } = parsed.output;
  const functions = (library?.function ?? []).map(({ signature, nodeDef }) => {
    const given = signature.inputArg.map((arg) => ({ name: arg.name, op: "Placeholder", input: [], attr: {} }));
    return [signature.name, collect([...given, ...nodeDef], `${signature.name}/`)] as const;
  });
  return { nodes: collect(node, ""), functions: new Map(functions) };
}

function collect(nodes: readonly v.InferOutput<typeof nodeSchema>[], prefix: string): Nodes {
  const named = (name: string) => (name.startsWith(prefix) ? name : prefix + name);
  const collected = new Map<string, GraphNode>();
  for (const { name, op, input, attr } of nodes) {
    const edges = input.filter((each) => !each.startsWith("^")).map(parseEdge);
    collected.set(named(name), {
      name: named(name),
      ownName: name,
      op,
      inputs: edges.map((edge) => ({ ...edge, node: named(edge.node) })),
      after: input.filter((each) => each.startsWith("^")).map((each) => named(each.slice(1))),
      attrs: new Attributes(attr),
    });
  }
  for (const node of collected.values()) refuseDanglingInputs(node, collected);
  return collected;
}

/** `name`, `name:output`, or in a function `name:argument:output`. */
function parseEdge(input: string): Edge {
  const parts = input.split(":");
  return { node: parts[0] ?? "", output: parts.length > 1 ? Number(parts.at(-1)) : 0 };
}

function refuseDanglingInputs(node: GraphNode, nodes: Nodes): void {
  const missing = [...node.inputs.map((edge) => edge.node), ...node.after].find((name) => !nodes.has(name));
  if (missing === undefined) return;
  throw new SecateurError(
    "bad-model",
    `Node "${node.name}" (${node.op}) takes its input from "${missing}", which the graph does not hold; convert the model again.`,
  );
}
