import assert from "node:assert/strict";
import { join } from "node:path";
import type { Engine } from "../../../../src/pruning/engine/engine.ts";
import { openEngine } from "../../../../src/pruning/engine/open.ts";
import type { Channels } from "../../../../src/pruning/graph/channels/channels.ts";
import type { Model } from "../../../../src/pruning/model/model.ts";
import { writeModel } from "../../../../src/pruning/model/write.ts";
import { useFolders } from "../../../support/folders.ts";
import { skipBecause } from "../../../support/skip.ts";
import { tfjsNodeFolder } from "../../engine/backends.ts";
import { architectures } from "./architectures/all.ts";
import { randomFrom, randomized, randomRemoval } from "./randomized.ts";
import { stockFrom } from "./stock.ts";
import { checkSurgery } from "./surgery.ts";

describe("channels by chance out of every small network", () => {
  const folder = useFolders();
  let engine: Engine;
  before(async () => {
    engine = await openEngine({ backend: "auto", tfjsNodeFolders: [tfjsNodeFolder] });
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
});
