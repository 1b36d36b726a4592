import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { inLanes } from "../../src/pruning/lanes.ts";

describe("working in lanes", () => {
  it("does every item once, in order, with so many at once", async () => {
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    await inLanes([4, 1, 3, 2, 0], 2, async (item) => {
      begun.push(item);
      most = Math.max(most, ++running);
      await sleep(item);
      running--;
    });
    assert.deepEqual(begun, [4, 1, 3, 2, 0]);
    assert.deepEqual({ most, running }, { most: 2, running: 0 });
  });

  it("begins nothing after a failure, and throws it when all have ended", async () => {
    const begun: number[] = [];
    let ended = 0;
    const failing = inLanes([0, 1, 2, 3], 2, async (item) => {
      begun.push(item);
      if (item === 0) throw new Error("the first");
      await sleep(10);
      ended++;
    });
    await assert.rejects(failing, { message: "the first" });
    assert.deepEqual({ begun, ended }, { begun: [0, 1], ended: 1 });
  });

  it("does nothing where there is nothing", async () => {
    await inLanes([], 3, () => assert.fail("there is no item"));
  });
});
