import type { JsonObject, JsonValue, Model, Weight } from "../../../../src/pruning/model/model.ts";

// Small GraphDefs, written as the converter writes them.

/** A constant of a graph: whole numbers are int32, anything else float32. */
export interface Constant {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly dtype: "float32" | "int32" | "bool";
}

/** An int32 vector, or a scalar for a number. */
export function ints(values: number | readonly number[], shape?: readonly number[]): Constant {
  const list = typeof values === "number" ? [values] : values;
  return { shape: shape ?? (typeof values === "number" ? [] : [list.length]), values: list, dtype: "int32" };
}

/** Floats of some shape, all the same. */
export function floats(shape: readonly number[], value = 0.5): Constant {
  return { shape, values: Array<number>(shape.reduce((a, b) => a * b, 1)).fill(value), dtype: "float32" };
}

export const node = (name: string, op: string, input: string[], attr: JsonObject = {}): JsonObject => ({
  name,
  op,
  input,
  attr,
});

const base64 = (text: string) => Buffer.from(text).toString("base64");

export const attr = {
  text: (text: string): JsonObject => ({ s: base64(text) }),
  texts: (...texts: string[]): JsonObject => ({ list: { s: texts.map(base64) } }),
  int: (value: number): JsonObject => ({ i: `${value}` }),
  ints: (...values: number[]): JsonObject => ({ list: { i: values.map(String) } }),
  flag: (b: boolean): JsonObject => ({ b }),
  type: (type: string): JsonObject => ({ type }),
  shape: (...lengths: number[]): JsonObject => ({ shape: { dim: lengths.map((size) => ({ size: `${size}` })) } }),
  func: (name: string): JsonObject => ({ func: { name } }),
};

export const placeholder = (name: string, shape: readonly number[], dtype = "DT_FLOAT"): JsonObject =>
  node(name, "Placeholder", [], { dtype: attr.type(dtype), shape: attr.shape(...shape) });

const weightOf = (name: string, { shape, values, dtype }: Constant): Weight => {
  const array =
    dtype === "float32"
      ? Float32Array.from(values)
      : dtype === "int32"
        ? Int32Array.from(values)
        : Uint8Array.from(values);
  return { name, shape, dtype, bytes: new Uint8Array(array.buffer) };
};

/** A graph model; its constants become nodes and weights. */
export function graphModel(
  nodes: readonly JsonObject[],
  constants: Readonly<Record<string, Constant>>,
  more: {
    readonly library?: JsonValue;
    readonly fields?: JsonObject;
    readonly weights?: Readonly<Record<string, Constant>>;
  } = {},
): Model {
  const constantNodes = Object.entries(constants).map(([name, { dtype }]) =>
    node(name, "Const", [], {
      dtype: attr.type(dtype === "float32" ? "DT_FLOAT" : dtype === "int32" ? "DT_INT32" : "DT_BOOL"),
    }),
  );
  const modelTopology: JsonObject = {
    node: [...constantNodes, ...nodes],
    versions: { producer: 808 },
    ...(more.library !== undefined && { library: more.library }),
  };
  const json: JsonObject = { format: "graph-model", modelTopology, ...more.fields };
  const all = Object.entries({ ...constants, ...more.weights });
  const weights = new Map(all.map(([name, constant]) => [name, weightOf(name, constant)]));
  return { format: "graph-model", source: JSON.stringify(json), json, weights, groups: [] };
}
