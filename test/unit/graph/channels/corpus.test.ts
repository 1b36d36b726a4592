import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Engine } from "../../../../src/pruning/engine/engine.ts";
import type { Channels, Removal } from "../../../../src/pruning/graph/channels/channels.ts";
import { channelsOf } from "../../../../src/pruning/graph/channels/channelsOf.ts";
import type { Model } from "../../../../src/pruning/model/model.ts";
import { readModel } from "../../../../src/pruning/model/read.ts";
import { writeModel } from "../../../../src/pruning/model/write.ts";
import { corpusModels, hasCorpus } from "../../../support/corpus.ts";
import { corpusTable } from "../../../support/corpusModels.ts";
import { useFolders } from "../../../support/folders.ts";
import { openWhenFree, tfjsNodeFolder } from "../../engine/backends.ts";
import { randomFrom } from "./randomized.ts";
import { stockFrom } from "./stock.ts";
import { checkSurgery } from "./surgery.ts";

const resnet = join(dirname(dirname(corpusModels)), "models", "cifar10-resnet20", "model.json");
const paths = [
  ...corpusTable().flatMap(({ name, path, loads }) => (path && loads ? [{ name, path }] : [])),
  { name: "cifar10-resnet20", path: resnet },
].filter(({ path }) => existsSync(path) && isLayersModel(readFileSync(path, "utf8")));

function isLayersModel(text: string): boolean {
  return !Array.isArray(JSON.parse(text).modelTopology.node);
}

/** The first half of every group that may lose it; every width keeps one. */
function half({ count, groups }: Channels): Removal {
  const removal = new Uint8Array(count);
  for (const { free, widths } of groups) {
    for (const channel of free.slice(0, free.length / 2)) {
      removal[channel] = 1;
      if (widths.some((width) => width.every((each) => removal[each] === 1))) removal[channel] = 0;
    }
  }
  return removal;
}

(hasCorpus ? describe : describe.skip)("half the filters out of the models that people publish", function () {
  this.timeout(60_000);
  const folder = useFolders();
  let engine: Engine;
  before(async () => {
    engine = await openWhenFree({ backend: "auto", tfjsNodeFolders: [tfjsNodeFolder] });
  });
  after(() => engine.dispose());

  const written = async (small: Model) => stockFrom(await writeModel(small, join(folder(), "small")));

  it("is tried on some", () => assert.ok(paths.length >= 15));

  for (const { name, path } of paths) {
    it(name, async () => {
      const model = await readModel(path);
      const { groups } = channelsOf(model);
      for (const group of groups) {
        assert.ok(group.free.length === group.channels.length || /^Layer ".+\.$/.test(group.locked ?? ""), group.name);
      }
      const { removed, changed } = await checkSurgery(model, { random: randomFrom(1), choose: half, load: written });
      const free = groups.flatMap((group) => [...group.free]).length;
      assert.ok(removed >= 0.4 * free, `${removed} of ${free}`);
      assert.equal(changed, free > 0);
    });
  }
});
