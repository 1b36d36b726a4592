import assert from "node:assert/strict";
import { type Checkpoint, paced } from "../../src/pruning/checkpoint.ts";

/** A checkpoint that takes so long to save, on a clock of its own. */
function slow(ms: number) {
  const saved: number[] = [];
  const clock = { now: 0 };
  const checkpoint: Checkpoint = {
    load: async () => undefined,
    async save() {
      clock.now += ms;
      saved.push(clock.now);
    },
  };
  return { saved, clock, checkpoint: paced(checkpoint, () => clock.now) };
}

const take = async () => ({ json: {}, arrays: new Map() });

describe("a checkpoint that paces itself", () => {
  it("saves at every good moment where that costs next to nothing, and at others every half minute", async () => {
    const { saved, clock, checkpoint } = slow(1);
    for (let second = 1; second <= 100; second++) {
      clock.now = second * 1000;
      await checkpoint.offer(second % 40 === 0 ? "good" : "any", take);
    }
    assert.deepEqual(
      saved.map((at) => Math.floor(at / 1000)),
      [30, 40, 71, 80],
    );
  });

  it("takes no more than a twentieth of the time, however good the moments", async () => {
    const { saved, clock, checkpoint } = slow(400);
    for (let i = 0; i < 1000; i++) {
      clock.now += 100;
      await checkpoint.offer("good", take);
    }
    assert.ok(saved.length > 10);
    assert.ok((saved.length * 400) / clock.now <= 0.05, `${saved.length * 400} of ${clock.now} ms`);
  });

  it("saves at once when asked to", async () => {
    const { saved, checkpoint } = slow(400);
    await checkpoint.save(take);
    await checkpoint.save(take);
    assert.equal(saved.length, 2);
  });
});
