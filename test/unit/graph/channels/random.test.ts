import assert from "node:assert/strict";
import fc from "fast-check";
import type { Engine } from "../../../../src/pruning/engine/engine.ts";
import { openWhenFree, tfjsNodeFolder } from "../../engine/backends.ts";
import { grown, networks } from "./random/growth.ts";
import { randomFrom, randomized, randomRemoval } from "./randomized.ts";
import { checkSurgery } from "./surgery.ts";

describe("channels by chance out of networks by chance", function () {
  this.timeout(120_000);
  let engine: Engine;
  before(async () => {
    engine = await openWhenFree({ backend: "auto", tfjsNodeFolders: [tfjsNodeFolder] });
  });
  after(() => engine.dispose());

  it("leaves what the masked network says, comes back when expanded, and counts right", async () => {
    let removed = 0;
    let changed = 0;
    let networksTried = 0;
    await fc.assert(
      fc.asyncProperty(networks, fc.nat(), fc.constantFrom(0.3, 0.6, 1), async (draws, seed, share) => {
        const random = randomFrom(seed);
        const result = await checkSurgery(randomized(await grown(draws), random), {
          random,
          choose: (channels) => randomRemoval(channels, share, random),
        });
        networksTried++;
        removed += result.removed;
        changed += Number(result.changed);
      }),
      { numRuns: 60, interruptAfterTimeLimit: 60_000 },
    );
    assert.ok(removed > 5 * networksTried, `${removed} channels of ${networksTried} networks`);
    assert.ok(changed > networksTried / 2, `${changed} of ${networksTried} networks`);
  });
});
