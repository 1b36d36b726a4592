import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type * as tf from "@tensorflow/tfjs-core";
import type { Definition } from "./code/functions.ts";
import { moduleOf } from "./code/module.ts";
import type { Module } from "./module.ts";
import { type Pool, startPool } from "./pool.ts";
import { library } from "./simd/library.ts";

type Operands<P extends string> = Readonly<Record<Exclude<P, "item" | "thread">, number>>;

/** Our own functions, at work on the memory that holds the backend's tensors. */
export class Native {
  private constructor(
    private readonly backend: BackendWasm,
    private readonly wasm: Module["wasm"] & Allocator,
    private readonly pool: Pool,
  ) {}

  /** @throws Error when a thread does not start */
  static async start(module: Module, backend: BackendWasm, threads: number): Promise<Native> {
    const pool = await startPool(moduleOf(library), module.memory, threads);
    return new Native(backend, module.wasm as Module["wasm"] & Allocator, pool);
  }

  get threads(): number {
    return this.pool.threads;
  }

  /** Runs a function of the library for each item, on all threads. */
  run<P extends string>({ name, parameters }: Definition<P>, items: number, operands: Operands<P>): void {
    const index = library.findIndex((each) => each.name === name);
    const inOrder = parameters.slice(0, -2).map((parameter) => (operands as Readonly<Record<P, number>>)[parameter]);
    this.pool.run(index, items, inOrder);
  }

  addressOf({ dataId }: tf.TensorInfo): number {
    return this.backend.getMemoryOffset(dataId);
  }

  /** A tensor of floats that are whatever lay there before. */
  output(shape: readonly number[]): tf.TensorInfo {
    return this.backend.makeOutput([...shape], "float32");
  }

  zeros(shape: readonly number[]): tf.TensorInfo {
    const output = this.output(shape);
    this.clear(this.addressOf(output), 4 * shape.reduce((a, b) => a * b, 1));
    return output;
  }

  clear(address: number, bytes: number): void {
    this.wasm.HEAPU8.fill(0, address, address + bytes);
  }

  /** Copies bytes from one address to another. */
  copy(from: number, to: number, bytes: number): void {
    this.wasm.HEAPU8.copyWithin(to, from, from + bytes);
  }

  /** The floats at an address, to be read and written until memory is next asked for. */
  floatsAt(address: number, count: number): Float32Array {
    return new Float32Array(this.wasm.HEAPU8.buffer, address, count);
  }

  /** The same with integers, such as addresses. */
  intsAt(address: number, count: number): Int32Array {
    return new Int32Array(this.wasm.HEAPU8.buffer, address, count);
  }

  floatsOf(tensor: tf.TensorInfo): Float32Array {
    return this.floatsAt(
      this.addressOf(tensor),
      tensor.shape.reduce((a, b) => a * b, 1),
    );
  }

  /** Lends memory for as long as `use` runs. */
  withScratch<T>(bytes: number, use: (address: number) => T): T {
    // Room to begin at a multiple of 16, which saves vectors from straddling lines of the cache.
    const address = this.wasm._malloc(bytes + 16) >>> 0;
    try {
      return use(((address + 15) & ~15) >>> 0);
    } finally {
      this.wasm._free(address);
    }
  }

  stop(): void {
    this.pool.stop();
  }
}

interface Allocator {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** A float's bits, for functions that take integers only. */
export function bitsOf(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0] as number;
}
