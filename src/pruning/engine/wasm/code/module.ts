import { Body, type Definition, type Local, localAt } from "./functions.ts";
import { type Type, unsigned } from "./values.ts";

const typeCodes: Readonly<Record<Type, number>> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

/** A WASM memory's greatest size in pages of 64 KB: 4 GB. */
export const maximalPages = 65536;

/**
 * The binary of a module that exports the given functions by name, and holds those that they call. It imports the
 * shared memory `env.memory`, of up to 4 GB.
 */
export function moduleOf(exported: readonly Definition[]): Uint8Array<ArrayBuffer> {
  const definitions = [...exported];
  const indexOf = (definition: Definition) => {
    if (!definitions.includes(definition)) definitions.push(definition);
    return definitions.indexOf(definition);
  };
  const bodies: number[][] = [];
  // Grows while it is gone through: writing a function may add those it calls.
  for (const definition of definitions) bodies.push(sized(functionOf(definition, indexOf)));
  const types = definitions.map(({ parameters }) => [0x60, ...list(parameters.map(() => [typeCodes.i32])), 0]);
  const memory = [...text("env"), ...text("memory"), 0x02, 0x03, 0, ...unsigned(maximalPages)];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, types),
    ...section(2, [memory]),
    ...section(
      3,
      definitions.map((_, index) => unsigned(index)),
    ),
    ...section(
      7,
      exported.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)]),
    ),
    ...section(10, bodies),
  ]);
}

function functionOf(definition: Definition, indexOf: (definition: Definition) => number): number[] {
  const { parameters, write } = definition;
  const body = new Body(parameters.length, indexOf);
  const locals = parameters.map((name, index): [string, Local<"i32">] => [name, localAt("i32", index)]);
  write(body, Object.fromEntries(locals));
  return [...list(body.locals.map((type) => [1, typeCodes[type]])), ...body.code, 0x0b];
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  return [id, ...sized(list(items))];
}

/** Items after their number. */
function list(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

/** Bytes after their number. */
function sized(bytes: readonly number[]): number[] {
  return [...unsigned(bytes.length), ...bytes];
}

function text(name: string): number[] {
  return sized([...new TextEncoder().encode(name)]);
}
