import { findNodeAtLocation, type Node, parseTree } from "jsonc-parser";
import type { JsonObject, JsonValue, Model } from "./model.ts";

/** A change to a model.json. */
export interface JsonChange {
  /** From its root; all but the last key must be there. */
  readonly path: readonly (string | number)[];
  /** Replaces what is there, or is added to its object; left out, the key goes. */
  readonly value?: JsonValue;
}

/**
 * The model with another model.json: its text changed in these places, which must not overlap, and byte for byte the
 * same in all others. New keys stand as the ones before them do; new values are written without spaces.
 */
export function withJson(model: Model, changes: readonly JsonChange[]): Model {
  const source = edited(model.source, changes);
  return { ...model, source, json: parseJson(source) as JsonObject };
}

/** As browsers parse a response: without a byte order mark. */
export const parseJson = (source: string): unknown => JSON.parse(source.replace(/^\uFEFF/, ""));

/** A stretch of a text, and what comes in its place. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The text is parsed once and copied once, however many changes there are. */
function edited(source: string, changes: readonly JsonChange[]): string {
  const root = parseTree(source);
  const edits = changes.flatMap((change) => editOf(source, root, change) ?? []);
  let at = 0;
  const parts = edits
    .sort((a, b) => a.from - b.from)
    .map(({ from, to, text }) => {
      const part = source.slice(at, from) + text;
      at = to;
      return part;
    });
  return parts.join("") + source.slice(at);
}

function editOf(source: string, root: Node | undefined, { path, value }: JsonChange): Edit | undefined {
  const node = root && findNodeAtLocation(root, [...path]);
  if (value === undefined) return node && removalOf(node);
  const text = JSON.stringify(value);
  if (node) return { from: node.offset, to: end(node), text };
  const parent = root && findNodeAtLocation(root, path.slice(0, -1));
  if (parent?.type !== "object") throw new Error(`nothing can be added to model.json at ${path.join(".")}`);
  return additionTo(parent, source, JSON.stringify(path.at(-1)), text);
}

/** Behind the last property, set apart from it as that is from what comes before. */
function additionTo(parent: Node, source: string, key: string, value: string): Edit {
  const [last, before] = (parent.children ?? []).slice(-2).reverse();
  if (!last) return { from: parent.offset + 1, to: parent.offset + 1, text: `${key}:${value}` };
  const [lastKey, lastValue] = last.children as [Node, Node];
  const gap = source.slice(before ? end(before) : parent.offset, last.offset).replace(/^[\s]*[,{]/, ",");
  const colon = source.slice(end(lastKey), lastValue.offset);
  return { from: end(last), to: end(last), text: gap + key + colon + value };
}

/** A property with the comma that sets it apart. */
function removalOf(node: Node): Edit {
  const property = node.parent as Node;
  const siblings = property.parent?.children as Node[];
  const index = siblings.indexOf(property);
  const before = siblings[index - 1];
  const after = siblings[index + 1];
  if (before) return { from: end(before), to: end(property), text: "" };
  return { from: property.offset, to: after ? after.offset : end(property), text: "" };
}

const end = ({ offset, length }: Node): number => offset + length;
