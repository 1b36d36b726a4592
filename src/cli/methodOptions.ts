import { InvalidArgumentError, Option } from "commander";
import * as v from "valibot";
import { methodCatalogue } from "../pruning/methods/catalogue.ts";

/** An option of a method as one of the command line's. */
export interface MethodOption {
  /** The field's name in a recipe. */
  readonly key: string;
  readonly option: Option;
}

/**
 * The options of all methods, made from their schemas. A number or a choice may be a list with commas: a sweep.
 * Ranges are left to the recipe's schema, which says them in words.
 */
export const methodOptions: readonly MethodOption[] = Object.entries(
  Object.assign({}, ...methodCatalogue.map(({ options }) => options.entries)) as v.ObjectEntries,
).map(([key, schema]) => {
  const field = ("wrapped" in schema ? schema.wrapped : schema) as v.GenericSchema & { options?: readonly string[] };
  const description = v.getDescription(field) ?? "";
  const isText = field.type === "string";
  const option = new Option(
    `--${key} <${isText ? "patterns" : field.options ? "name,…" : "n,…"}>`,
    field.options ? `${description} One or more of ${field.options.join(", ")}.` : description,
  );
  if (!isText) option.argParser((text) => listOf(text, field.type === "number"));
  return { key, option };
});

/** `0.3,0.6` as a sweep of two values, `0.3` as one value. */
function listOf(text: string, isNumber: boolean): unknown {
  const values = text.split(",").map((part) => (isNumber ? numberOf(part.trim()) : part.trim()));
  return values.length === 1 ? values[0] : values;
}

function numberOf(text: string): number {
  const value = Number(text);
  if (text === "" || Number.isNaN(value)) throw new InvalidArgumentError(`"${text}" is not a number.`);
  return value;
}
