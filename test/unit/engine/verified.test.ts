import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../../../src/pruning/engine/engine.ts";
import { largestDifference, tolerance } from "../../../src/pruning/engine/equality.ts";
import { expandVerified, shrinkVerified } from "../../../src/pruning/engine/verified.ts";
import type { Channels, Removal } from "../../../src/pruning/graph/channels/channels.ts";
import { channelsOf } from "../../../src/pruning/graph/channels/channelsOf.ts";
import { countKept } from "../../../src/pruning/graph/channels/removal.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { writeModel } from "../../../src/pruning/model/write.ts";
import { hasCorpus } from "../../support/corpus.ts";
import { corpusTable } from "../../support/corpusModels.ts";
import { useFolders } from "../../support/folders.ts";
import { skipBecause } from "../../support/skip.ts";
import { openWhenFree, withoutLeak } from "./backends.ts";
import { cnn, savedModel } from "./models.ts";

/** Every second of the free channels of each group, one of every width left. */
function half({ count, groups }: Channels): Removal {
  const removal = new Uint8Array(count);
  for (const { free } of groups) for (let i = 1; i < free.length; i += 2) removal[free[i] as number] = 1;
  for (const { widths } of groups) {
    for (const width of widths) if (countKept(width, removal) === 0) removal[width[0] as number] = 0;
  }
  return removal;
}

describe("shrinking and expanding, verified", function () {
  this.timeout(120_000);
  const folder = useFolders();
  let engine: Engine;
  before(async () => {
    engine = await openWhenFree({ backend: "wasm", tfjsNodeFolders: [] });
  });
  after(() => engine.dispose());
  const verification = { engine: async () => engine };

  it("refuses a removal that changes what the model answers, and says by how much", async () => {
    const model = await savedModel(cnn());
    const channels = channelsOf(model);
    // As if somebody had mistaken the order of channels behind a flatten.
    const head = channels.weights.get("head/kernel") as NonNullable<ReturnType<Channels["weights"]["get"]>>;
    const [rows] = head;
    if (!rows) throw new Error("the head reads channels");
    const mistaken = {
      ...channels,
      weights: new Map(channels.weights).set("head/kernel", [{ ...rows, channels: rows.channels.toSorted() }, null]),
    };
    await withoutLeak(() =>
      assert.rejects(shrinkVerified(model, mistaken, half(mistaken), verification), {
        code: "unequal",
        message:
          /^On sample inputs the shrunk model does not answer as the same model with those filters masked: .*"head"/,
      }),
    );
    await withoutLeak(() => shrinkVerified(model, channels, half(channels), verification));
  });

  it("finds out when a small model was changed otherwise than in its weights", async () => {
    const original = await savedModel(cnn());
    const channels = channelsOf(original);
    const small = await shrinkVerified(original, channels, half(channels), verification);
    const source = small.source.replace('"activation":"relu"', '"activation":"tanh"');
    assert.notEqual(source, small.source);
    await assert.rejects(
      expandVerified({ ...small, source, json: JSON.parse(source) }, original, channels, verification),
      { code: "unequal", message: /^On sample inputs the expanded model does not answer as the small one/ },
    );
  });

  it("has models of the corpus to try", function () {
    if (!hasCorpus) skipBecause(this, "the corpus is not there");
  });
  for (const { name, path, loads } of corpusTable()) {
    // Graph models name no classes of layers.
    if (!path || !loads || !readFileSync(path, "utf8").includes('"class_name"')) continue;
    it(`halves ${name}, writes it, loads it, and puts it back`, async () => {
      const original = await readModel(path);
      const channels = channelsOf(original);
      const removal = half(channels);
      if (!removal.includes(1)) {
        // The model gives out all of its layers, or so.
        assert.ok(channels.groups.length > 0 && channels.groups.every(({ locked }) => locked));
        return;
      }
      await withoutLeak(async () => {
        const small = await shrinkVerified(original, channels, removal, verification);
        const read = await readModel(await writeModel(small, join(folder(), "small")));
        assert.deepEqual(networkOf(read), networkOf(small));
        const large = await expandVerified(read, original, channels, verification);
        const written = await readModel(await writeModel(large, join(folder(), "large")));
        assert.deepEqual(networkOf(written), networkOf(original));
        const { relative } = await largestDifference(engine, written, small);
        assert.ok(relative <= tolerance, `${relative}`);
      });
    });
  }
});
