import assert from "node:assert/strict";
import { type Body, define } from "../../../../src/pruning/engine/wasm/code/functions.ts";
import { four, type Lanes, one } from "../../../../src/pruning/engine/wasm/code/lanes.ts";
import { moduleOf } from "../../../../src/pruning/engine/wasm/code/module.ts";
import * as i32 from "../../../../src/pruning/engine/wasm/code/values.ts";

/** Runs one function on memory of its own, and gives that memory. */
function run(write: (body: Body, x: i32.I32) => void, x = 0, prepare: (memory: DataView) => void = () => {}): DataView {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const view = new DataView(memory.buffer);
  prepare(view);
  const definition = define("f", ["x"], (body, p) => write(body, p.x));
  const module = new WebAssembly.Module(moduleOf([definition]));
  const { f } = new WebAssembly.Instance(module, { env: { memory } }).exports as { f: (x: number) => void };
  f(x);
  return view;
}

/** What an expression of `x` comes to. */
function numberOf(expression: (x: i32.I32) => i32.Int, x: number): number {
  return run((body, operand) => body.storeInt(i32.int(0), expression(operand)), x).getInt32(0, true);
}

describe("WASM code: integers", () => {
  it("writes constants of every length and sign", () => {
    for (const value of [0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, -8193, 2 ** 31 - 1, -(2 ** 31)]) {
      assert.equal(
        numberOf(() => value, 0),
        value,
      );
    }
  });

  it("computes as JavaScript does on 32 bits", () => {
    for (const x of [0, 1, 2, 7, 8, 9, 1000, -1, -9]) {
      assert.equal(
        numberOf((a) => i32.add(a, 5, a, 0), x),
        2 * x + 5,
      );
      assert.equal(
        numberOf((a) => i32.mul(a, 3, a, 1), x),
        3 * x * x,
      );
      assert.equal(
        numberOf((a) => i32.sub(3, a), x),
        3 - x,
      );
      assert.equal(
        numberOf((a) => i32.min(a, 4), x),
        Math.min(x, 4),
      );
      assert.equal(
        numberOf((a) => i32.max(-4, a), x),
        Math.max(x, -4),
      );
      assert.equal(
        numberOf((a) => i32.select(i32.less(a, 2), i32.int(10), i32.int(20)), x),
        x < 2 ? 10 : 20,
      );
      assert.equal(
        numberOf((a) => i32.equal(a, 8), x),
        x === 8 ? 1 : 0,
      );
      if (x < 0) continue;
      assert.equal(
        numberOf((a) => i32.div(a, 4), x),
        Math.floor(x / 4),
      );
      assert.equal(
        numberOf((a) => i32.rem(a, 4), x),
        x % 4,
      );
      assert.equal(
        numberOf((a) => i32.divUp(a, 4), x),
        Math.ceil(x / 4),
      );
    }
  });
});

describe("WASM code: functions", () => {
  it("repeats as often as asked, and never for less than once", () => {
    for (const count of [-2, 0, 1, 5]) {
      const memory = run((body, x) => {
        const total = body.int(100);
        body.repeat(x, () => body.increase(total, 1));
        body.storeInt(i32.int(0), total);
        const sum = body.int(0);
        body.range(3, i32.add(x, 3), (i) => body.increase(sum, i));
        body.storeInt(i32.int(4), sum);
      }, count);
      const rounds = Math.max(0, count);
      assert.equal(memory.getInt32(0, true), 100 + rounds);
      assert.equal(memory.getInt32(4, true), 3 * rounds + (rounds * (rounds - 1)) / 2);
    }
  });

  it("branches, copies and clears", () => {
    for (const x of [0, 1]) {
      const memory = run(
        (body, condition) => {
          body.when(condition, () => body.copy(100, 0, 8));
          body.clear(1, 2);
        },
        x,
        (view) => view.setBigUint64(0, 0x0807060504030201n, true),
      );
      assert.equal(memory.getBigUint64(100, true), x === 1 ? 0x0807060504030201n : 0n);
      assert.equal(memory.getBigUint64(0, true), 0x0807060504000001n);
    }
  });

  it("calls functions by name of their parameters, each of them written once", () => {
    const store = define("store", ["value", "to"], (body, p) => body.storeInt(p.to, p.value));
    const memory = run((body, x) => {
      body.call(store, { to: 8, value: x });
      body.call(store, { value: i32.add(x, 1), to: 12 });
    }, 41);
    assert.deepEqual([memory.getInt32(8, true), memory.getInt32(12, true)], [41, 42]);
  });
});

describe("WASM code: floats", () => {
  const a = [1.5, -2, 0, 3.25];
  const b = [0.5, -2, 4, -1];
  const operations: Record<
    string,
    [(lanes: Lanes, x: i32.Value, y: i32.Value) => i32.Value, (x: number, y: number) => number]
  > = {
    add: [(lanes, x, y) => lanes.add(x, y), (x, y) => x + y],
    sub: [(lanes, x, y) => lanes.sub(x, y), (x, y) => x - y],
    mul: [(lanes, x, y) => lanes.mul(x, y), (x, y) => x * y],
    div: [(lanes, x, y) => lanes.div(x, y), (x, y) => x / y],
    mulAdd: [(lanes, x, y) => lanes.mulAdd(x, y, x), (x, y) => x * y + x],
    min: [(lanes, x, y) => lanes.min(x, y), Math.min],
    max: [(lanes, x, y) => lanes.max(x, y), Math.max],
    sqrt: [(lanes, _, y) => lanes.sqrt(lanes.mul(y, y)), (_, y) => Math.abs(y)],
    constant: [(lanes, x) => lanes.add(x, lanes.constant(2.5)), (x) => x + 2.5],
    equal: [(lanes, x, y) => lanes.where(lanes.equal(x, y), x), (x, y) => (x === y ? x : 0)],
    greater: [(lanes, x, y) => lanes.where(lanes.greater(x, y), y), (x, y) => (x > y ? y : 0)],
    masks: [
      (lanes, x, y) => {
        const [equal, greater] = [lanes.equal(x, y), lanes.greater(x, y)];
        return lanes.where(lanes.andNot(lanes.or(lanes.or(equal, greater), lanes.none()), equal), x);
      },
      (x, y) => (x > y ? x : 0),
    ],
  };
  for (const [name, [write, expected]] of Object.entries(operations)) {
    it(`${name}, one and four at a time`, () => {
      for (const lanes of [one, four] as Lanes[]) {
        const memory = run(
          (body) => {
            for (let i = 0; i < 4; i += lanes.width) {
              const at = i32.int(4 * i);
              body.run(lanes.store(at, write(lanes, lanes.load(at, 16), lanes.load(at, 32)), 48));
            }
          },
          0,
          (view) => {
            for (let i = 0; i < 4; i++) {
              view.setFloat32(16 + 4 * i, a[i] as number, true);
              view.setFloat32(32 + 4 * i, b[i] as number, true);
            }
          },
        );
        const made = a.map((_, i) => memory.getFloat32(48 + 4 * i, true));
        assert.deepEqual(
          made,
          a.map((x, i) => Math.fround(expected(x, b[i] as number))),
        );
      }
    });
  }

  it("spreads one float over all lanes, from memory or from its bits", () => {
    const memory = run(
      (body, x) => {
        body.run(four.store(i32.int(0), four.spread(i32.floatOf(x))));
        body.run(four.store(i32.int(16), four.loadOne(i32.int(4))));
        body.run(one.store(i32.int(32), one.spread(one.loadOne(i32.int(4)))));
      },
      new Int32Array(Float32Array.of(-0.75).buffer)[0],
    );
    for (let i = 0; i < 9; i++) assert.equal(memory.getFloat32(4 * i, true), -0.75);
  });
});
