import type { Dawn } from "./dawn.ts";

/**
 * Gives the process the global names that tfjs's WebGPU backend takes for granted: those of the interfaces, and
 * `navigator.gpu`. Node has a navigator from version 21 on.
 * @returns takes them away again
 */
export function shareNames({ globals, gpu }: Pick<Dawn, "globals" | "gpu">): () => void {
  const undo = Object.entries(globals)
    .filter(([name]) => !(name in globalThis))
    .map(([name, value]) => define(globalThis, name, value));
  undo.push("navigator" in globalThis ? define(navigator, "gpu", gpu) : define(globalThis, "navigator", { gpu }));
  return () => {
    for (const each of undo) each();
  };
}

function define(owner: object, name: string, value: unknown): () => void {
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  return () => void Reflect.deleteProperty(owner, name);
}
