import type { JsonObject } from "../model/model.ts";

/** Whether a JSON value, or anything that may be one, is an object with keys. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
