import assert from "node:assert/strict";
import { median } from "../../../src/pruning/engine/latency.ts";
import { withEngine, withoutLeak } from "./backends.ts";
import { cnn, floatWeight, graphModel, savedModel } from "./models.ts";

describe("LoadedModel.latency", function () {
  this.timeout(60_000);
  it("times open and matching batches, and is null for others and where the model fails", async function () {
    await withEngine(this, "wasm", async (engine) => {
      await withoutLeak(async () => {
        const open = await engine.load(await savedModel(cnn()));
        for (const batch of [1, 32]) assert.ok(((await open.latency(batch, 3)) ?? 0) > 0);
        open.dispose();
        const fixed = await engine.load(graphModel("AddV2", [4, 2], floatWeight("w", [1], [1])));
        assert.ok(((await fixed.latency(4, 2)) ?? 0) > 0);
        assert.equal(await fixed.latency(1, 2), null);
        fixed.dispose();
        const anySize = await engine.load(graphModel("AddV2", [-1, -1, -1, -1], floatWeight("w", [3], [1, 2, 3])));
        assert.ok(((await anySize.latency(1, 2)) ?? 0) > 0);
        anySize.dispose();
        const broken = await engine.load(graphModel("AddV2", [-1, 2], floatWeight("w", [3], [1, 2, 3])));
        assert.equal(await broken.latency(1, 2), null);
        broken.dispose();
      });
    });
  });
});

describe("median", () => {
  it("is the middle value, or the mean of the two middle ones", () => {
    assert.equal(median([7]), 7);
    assert.equal(median([30, 1, 2]), 2);
    assert.equal(median([4, 100, 1, 2]), 3);
  });
});
