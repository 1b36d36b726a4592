import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { SecateurError } from "../../errors.ts";

/** The part of the Emscripten module that hands out memory. */
interface Allocator {
  _malloc(bytes: number): number;
  _free(offset: number): void;
}

/**
 * Makes running out of memory an error. A WASM module holds at most 4 GB; past that the stock backend takes the
 * allocator's 0 for an address, and tensors overwrite the module's own state without a word.
 */
export function guardMemory(backend: BackendWasm): void {
  const module = backend.wasm as unknown as Allocator;
  // The glue replaces its `_malloc` on the first call; let that happen before it is wrapped.
  module._free(module._malloc(1));
  const allocate = module._malloc;
  module._malloc = (bytes) => {
    const offset = allocate(bytes);
    if (offset !== 0 || bytes === 0) return offset;
    throw new SecateurError(
      "backend",
      "The WASM backend is out of memory: it can hold 4 GB; use a smaller batch or model, or install @tensorflow/tfjs-node, which has no such limit.",
      `allocating ${bytes} bytes`,
    );
  };
}
