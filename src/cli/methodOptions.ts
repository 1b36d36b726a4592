import { InvalidArgumentError, Option } from "commander";
import * as v from "valibot";
import { methodCatalogue } from "../pruning/methods/catalogue.ts";
import { layerEntries } from "../pruning/methods/options.ts";
import type { MethodSpec } from "../pruning/methods/spec.ts";

/** An option of one or more methods as one of the command line's. */
export interface MethodOption {
  /** The field's name in a recipe. */
  readonly key: string;
  readonly option: Option;
}

/** A field of a method's options, unwrapped: a choice lists its words, a union the kinds of values it takes. */
type Field = v.GenericSchema & { readonly options?: readonly (string | Field)[]; readonly literal?: unknown };

/** The words that a field takes. */
function wordsOf({ options = [], literal }: Field): string[] {
  const own = typeof literal === "string" ? [literal] : [];
  return [...own, ...options.flatMap((option) => (typeof option === "string" ? [option] : wordsOf(option)))];
}

/** Whether a field takes numbers, perhaps among others. */
const takesNumbers = ({ type, options = [] }: Field): boolean =>
  type === "number" || options.some((option) => typeof option !== "string" && takesNumbers(option));

/** What one method takes under a field's name. */
interface Taken {
  readonly method: string;
  readonly field: Field;
}

/**
 * The options of methods, made from their schemas. A number or a choice may be a list with commas: a sweep; what is true
 * or false is a flag. Ranges are
 * left to the recipe's schema, which says them in words. Each says which methods take it, where not all do, and what it
 * means to each, where that differs.
 */
export function methodOptionsOf(methods: readonly MethodSpec[]): MethodOption[] {
  const byKey = new Map<string, Taken[]>();
  for (const { name, options } of methods) {
    for (const [key, schema] of Object.entries(options.entries)) {
      const field = ("wrapped" in schema ? schema.wrapped : schema) as Field;
      byKey.set(key, [...(byKey.get(key) ?? []), { method: name, field }]);
    }
  }
  return [...byKey].map(([key, taken]) => ({ key, option: optionOf(key, taken, methods.length) }));
}

/** Those of all methods there are. */
export const methodOptions: readonly MethodOption[] = methodOptionsOf(methodCatalogue as readonly MethodSpec[]);

function optionOf(key: string, taken: readonly Taken[], methods: number): Option {
  const types = taken.map(({ field }) => field.type);
  const isText = types.includes("string");
  const choices = [...new Set(taken.flatMap(({ field }) => wordsOf(field)))];
  const isNumber = taken.some(({ field }) => takesNumbers(field));
  const placeholder = isText ? textNoun(key) : isNumber ? "n,…" : "name,…";
  const isFlag = types.every((type) => type === "boolean");
  const option = new Option(
    isFlag ? `--${dashed(key)}` : `--${dashed(key)} <${placeholder}>`,
    [describe(taken, methods), choices.length > 0 && !isNumber && `One or more of ${choices.join(", ")}.`]
      .filter(Boolean)
      .join(" "),
  );
  if (!isText && !isFlag) option.argParser((text) => listOf(text, isNumber, choices));
  return option;
}

/** What is written as text: patterns of layers' names, or a list of filters. */
function textNoun(key: string): string {
  return key in layerEntries ? "patterns" : "filters";
}

/** What an option means, told once where it means the same to all. */
function describe(taken: readonly Taken[], methods: number): string {
  const meanings = new Map<string, string[]>();
  for (const { method, field } of taken) {
    const meaning = v.getDescription(field) ?? "";
    meanings.set(meaning, [...(meanings.get(meaning) ?? []), method]);
  }
  return [...meanings]
    .map(([meaning, names]) => (names.length === methods ? meaning : `${names.join(", ")}: ${meaning}`))
    .join(" ");
}

/** `minWidth` as the command line has it: `min-width`. */
function dashed(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `0.3,0.6` as a sweep of two values, `0.3` as one value. */
function listOf(text: string, isNumber: boolean, words: readonly string[]): unknown {
  const parts = text.split(",").map((part) => part.trim());
  const values = parts.map((part) => (isNumber && !words.includes(part) ? numberOf(part) : part));
  return values.length === 1 ? values[0] : values;
}

function numberOf(text: string): number {
  const value = Number(text);
  if (text === "" || Number.isNaN(value)) throw new InvalidArgumentError(`"${text}" is not a number.`);
  return value;
}
