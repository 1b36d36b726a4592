import assert from "node:assert/strict";
import { join } from "node:path";
import type { Engine } from "../../../../src/pruning/engine/engine.ts";
import type { Channels } from "../../../../src/pruning/graph/channels/channels.ts";
import type { Model } from "../../../../src/pruning/model/model.ts";
import { writeModel } from "../../../../src/pruning/model/write.ts";
import { useFolders } from "../../../support/folders.ts";
import { skipBecause } from "../../../support/skip.ts";
import { openWhenFree, tfjsNodeFolder } from "../../engine/backends.ts";
import { architectures } from "./architectures/all.ts";
import type { Architecture } from "./architectures/architecture.ts";
import { removing } from "./numbered.ts";
import { randomFrom, randomized, randomRemoval } from "./randomized.ts";
import { stockFrom } from "./stock.ts";
import { checkSurgery } from "./surgery.ts";

describe("channels by chance out of every small network", () => {
  const folder = useFolders();
  let engine: Engine;
  before(async () => {
    engine = await openWhenFree({ backend: "auto", tfjsNodeFolders: [tfjsNodeFolder] });
  });
  after(() => engine.dispose());

  const written = async (small: Model) => stockFrom(await writeModel(small, join(folder(), "small")));

  for (const [name, { build, groups, lacking = [] }] of Object.entries(architectures)) {
    it(name, async function () {
      if (lacking.includes(engine.backend.name)) skipBecause(this, `${engine.backend.name} cannot run it`);
      const random = randomFrom([...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0));
      const model = randomized(await build(), random);
      const aShare = (share: number) => (channels: Channels) => randomRemoval(channels, share, random);
      const { removed, changed } = await checkSurgery(model, { random, choose: aShare(0.5), load: written });
      const canLose = groups.some((line) => !line.includes(": 0 of"));
      assert.equal(removed > 0, canLose, "channels were removed");
      assert.equal(changed, canLose, "the model says something else");
      await checkSurgery(model, { random, choose: aShare(1) });
    });
  }

  it("a group that a lack of channels made part of another comes back too", async () => {
    const { build } = architectures["a gate of one channel made before what it gates"] as Architecture;
    const random = randomFrom(1);
    const model = randomized(await build(), random);
    const turns: Readonly<Record<string, readonly number[]>>[] = [{ b: [0, 1, 3, 4, 5] }, { c: [0, 2, 7] }];
    const choose = (channels: Channels) => removing(channels, turns.shift() ?? {});
    assert.ok((await checkSurgery(model, { random, choose })).changed);
    assert.deepEqual(turns, []);
  });
});
