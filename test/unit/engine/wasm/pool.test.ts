import assert from "node:assert/strict";
import { define } from "../../../../src/pruning/engine/wasm/code/functions.ts";
import { maximalPages, moduleOf } from "../../../../src/pruning/engine/wasm/code/module.ts";
import { add, loadInt, mul } from "../../../../src/pruning/engine/wasm/code/values.ts";
import { type Pool, startPool } from "../../../../src/pruning/engine/wasm/pool.ts";
import { SecateurError } from "../../../../src/pruning/errors.ts";

/** Adds to an item's integer, and notes the thread that did it. */
const count = define("count", ["counts", "threads", "by", "item", "thread"], (body, p) => {
  const place = add(p.counts, mul(4, p.item));
  body.storeInt(place, add(loadInt(place), p.by));
  body.storeInt(add(p.threads, mul(4, p.item)), p.thread);
  // Long enough for others to find items left.
  const rounds = body.int(0);
  body.repeat(20_000, () => body.increase(rounds, 1));
  body.storeInt(add(p.threads, mul(4, p.item)), add(p.thread, mul(0, rounds)));
});

/** Reads outside of memory for every item but the first, which takes its time. */
const trap = define("trap", ["far", "item", "thread"], (body, p) => {
  const total = body.int(loadInt(mul(p.item, p.far)));
  body.repeat(1_000_000, () => body.increase(total, 1));
  body.storeInt(mul(0, total), 0);
});

async function withPool<T>(threads: number, use: (pool: Pool, memory: Int32Array) => T): Promise<T> {
  const memory = new WebAssembly.Memory({ initial: 4, maximum: maximalPages, shared: true });
  const pool = await startPool(moduleOf([count, trap]), memory, threads);
  try {
    return use(pool, new Int32Array(memory.buffer));
  } finally {
    pool.stop();
  }
}

describe("WASM: a pool of threads", () => {
  for (const threads of [1, 2, 4]) {
    it(`runs every item once, job after job, on ${threads} of them`, async () => {
      await withPool(threads, (pool, memory) => {
        const [counts, runners] = [0, 2048];
        let expected = 0;
        for (let job = 1; job <= 200; job++) {
          const items = [1, 2, 3, 64][job % 4] as number;
          memory.fill(0);
          pool.run(0, items, [counts, runners, job]);
          for (let item = 0; item < 256; item++) assert.equal(memory[item], item < items ? job : 0);
          expected = Math.max(expected, ...memory.subarray(512, 512 + items));
        }
        assert.ok(expected < threads);
        if (threads === 1) assert.equal(expected, 0);
      });
    });
  }

  it("says so when a thread broke down, instead of waiting for it", async () => {
    await withPool(2, (pool) => {
      assert.throws(
        () => pool.run(1, 2, [0x7fff0000]),
        (error) => SecateurError.is(error, "internal") || error instanceof WebAssembly.RuntimeError,
      );
    });
  });
});
