import { SecateurError } from "../../errors.ts";
import type { JsonObject, JsonValue, Model } from "../../model/model.ts";
import { isObject } from "../json.ts";
import type { Shape } from "../network.ts";
import { dtypeOf, shapeOf } from "./attributes.ts";
import type { GraphNode, Nodes } from "./graphDef.ts";

// What goes in and what comes out. Source: tfjs-converter/src/operations/operation_mapper.ts (`transformGraph`)
// and executor/graph_model.ts, 4.22.0.

/** A tensor the signature names. */
interface Entry {
  readonly node: GraphNode;
  readonly shape: Shape | null;
  readonly dtype?: string;
}

/** Nodes to feed, with the shape and dtype the placeholder or else the signature gives; shape null if neither does. */
export function graphInputs(model: Model, nodes: Nodes): Required<Entry>[] {
  const named = entriesOf(signatureOf(model).inputs, nodes);
  const entries = named ?? [...nodes.values()].filter(isPlaceholder).map((node): Entry => ({ node, shape: null }));
  return entries.map(({ node, shape, dtype }) => ({
    node,
    shape: node.attrs.shape("shape") ?? shape,
    dtype: node.attrs.dtype("dtype") ?? dtype ?? "float32",
  }));
}

/** Nodes to ask for: those of the signature, or without one all that no other node takes in. */
export function graphOutputs(model: Model, nodes: Nodes): Entry[] {
  const named = entriesOf(signatureOf(model).outputs, nodes);
  if (named?.length === 0) {
    throw new SecateurError(
      "bad-model",
      "The signature of the graph model names outputs that its graph does not hold; convert the model again.",
    );
  }
  if (named) return named;
  const taken = new Set(
    [...nodes.values()].flatMap((node) => [...node.inputs.map((edge) => edge.node), ...node.after]),
  );
  return [...nodes.values()].filter((node) => !taken.has(node.name)).map((node) => ({ node, shape: null }));
}

function isPlaceholder(node: GraphNode): boolean {
  return node.op.startsWith("Placeholder");
}

/** Old converters put the signature under userDefinedMetadata, and there it wins. */
function signatureOf(model: Model): JsonObject {
  const { signature, userDefinedMetadata } = model.json;
  const older = isObject(userDefinedMetadata) ? userDefinedMetadata.signature : undefined;
  return [older, signature].find(isObject) ?? {};
}

/** Undefined where the signature says nothing. Captured resources, such as hash tables, are no inputs. */
function entriesOf(entries: JsonValue | undefined, nodes: Nodes): Entry[] | undefined {
  if (!isObject(entries) || Object.keys(entries).length === 0) return undefined;
  return Object.values(entries).flatMap((entry) => {
    if (!isObject(entry) || typeof entry.name !== "string" || (entry.resourceId ?? null) !== null) return [];
    const node = nodes.get(entry.name.split(":")[0] ?? "");
    const dtype = dtypeOf(entry.dtype);
    return node ? [{ node, shape: shapeOf(entry.tensorShape), ...(dtype && { dtype }) }] : [];
  });
}
