import type { JsonValue } from "../../model/model.ts";
import { isObject } from "../json.ts";
import type { Shape } from "../network.ts";

/** AttrValues of a NodeDef by name, as JSON. */
export type AttrValues = { readonly [name: string]: JsonValue };

/** DataType of tensorflow/core/framework/types.proto, as far as TF.js has a dtype for it. */
const dtypes: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    float32: "DT_FLOAT 1 DT_DOUBLE 2 DT_HALF 19",
    int32: "DT_INT32 3 DT_UINT8 4 DT_INT8 6 DT_INT64 9",
    string: "DT_STRING 7",
    complex64: "DT_COMPLEX64 8 DT_COMPLEX128 18",
    bool: "DT_BOOL 10",
  }).flatMap(([dtype, names]) => names.split(" ").map((name) => [name, dtype])),
);

/**
 * The attributes of a node. JSON holds strings in base64 (before 1.0 as character codes), 64-bit integers as
 * text and enumerations by number or by name. What is absent or of another kind reads as what the caller says.
 */
export class Attributes {
  constructor(private readonly values: AttrValues) {}

  text(name: string, absent = ""): string {
    return textOf(this.value(name, "s")) ?? absent;
  }

  texts(name: string): string[] {
    return this.list(name, "s").map((each) => textOf(each) ?? "");
  }

  integer(name: string, absent: number): number {
    return numberOf(this.value(name, "i")) ?? absent;
  }

  integers(name: string): number[] {
    return this.list(name, "i").map((each) => numberOf(each) ?? 0);
  }

  flag(name: string): boolean {
    return this.value(name, "b") === true;
  }

  /** Null for a shape of unknown rank, or none. */
  shape(name: string): Shape | null {
    return shapeOf(this.value(name, "shape"));
  }

  /** A TF.js dtype; undefined for a type it does not know, or none. */
  dtype(name: string): string | undefined {
    return dtypeOf(this.value(name, "type"));
  }

  /** The name of a library function. */
  functionName(name: string): string | undefined {
    const value = this.value(name, "func");
    return isObject(value) && typeof value.name === "string" ? value.name : undefined;
  }

  private value(name: string, kind: string): JsonValue | undefined {
    const attr = this.values[name];
    return isObject(attr) ? attr[kind] : undefined;
  }

  private list(name: string, kind: string): JsonValue[] {
    const list = this.value(name, "list");
    const values = isObject(list) ? list[kind] : undefined;
    return Array.isArray(values) ? values : [];
  }
}

/** A TensorShapeProto; also found in signatures. Null for unknown rank. */
export function shapeOf(value: JsonValue | undefined): Shape | null {
  if (!isObject(value) || value.unknownRank === true) return null;
  if (!Array.isArray(value.dim)) return [];
  return value.dim.map((dim) => {
    const size = isObject(dim) ? numberOf(dim.size) : undefined;
    return size === undefined || size < 0 ? null : size;
  });
}

/** `DT_FLOAT` or 1 as `float32`. */
export function dtypeOf(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" || typeof value === "number" ? dtypes[value] : undefined;
}

function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === "string") return Buffer.from(value, "base64").toString("latin1");
  if (Array.isArray(value)) return String.fromCharCode(...value.map(Number));
  return undefined;
}

function numberOf(value: JsonValue | undefined): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && value.trim() !== "" ? Number.parseInt(value, 10) : undefined;
}
