import assert from "node:assert/strict";
import { recentBatches } from "../../../src/pruning/training/recent.ts";

describe("the last group of batches", () => {
  it("is told by its means, and forgets what is longer ago", () => {
    const recent = recentBatches();
    assert.deepEqual(recent({ loss: 3, accuracy: 0.25 }), { loss: 3, accuracy: 0.25 });
    assert.deepEqual(recent({ loss: 1, accuracy: 0.75 }), { loss: 2, accuracy: 0.5 });
    let last = { loss: 0, accuracy: 0 };
    for (let i = 0; i < 20; i++) last = recent({ loss: 0.5, accuracy: 1 });
    assert.deepEqual(last, { loss: 0.5, accuracy: 1 });
  });
});
