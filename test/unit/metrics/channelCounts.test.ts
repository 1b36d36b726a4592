import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Channels, Removal } from "../../../src/pruning/graph/channels/channels.ts";
import { channelsOf } from "../../../src/pruning/graph/channels/channelsOf.ts";
import { shrink } from "../../../src/pruning/graph/channels/shrink.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { channelCounter } from "../../../src/pruning/metrics/channelCounts.ts";
import { countWeights } from "../../../src/pruning/metrics/counts.ts";
import type { Model } from "../../../src/pruning/model/model.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { hasCorpus } from "../../support/corpus.ts";
import { corpusTable } from "../../support/corpusModels.ts";
import { sampleModel } from "../../support/samples.ts";
import { skipBecause } from "../../support/skip.ts";

/** Some of the channels that may go; of every width at least one stays. */
function someRemoval(channels: Channels, draw: (channel: number) => boolean): Removal {
  const removal = new Uint8Array(channels.count);
  for (const { free, widths } of channels.groups) {
    for (const channel of free) removal[channel] = Number(draw(channel));
    for (const width of widths) {
      const kept = width.some((channel) => removal[channel] === 0);
      if (!kept) removal[width[0] as number] = 0;
    }
  }
  return removal;
}

/** What is counted of the model that the removal really makes. */
function counted(model: Model, channels: Channels, removal: Removal) {
  const shrunk = shrink(model, channels, removal);
  const { parameters, macs } = countWeights(shrunk, networkOf(shrunk));
  const weights = [...shrunk.weights.values()].filter(({ group }) => group !== "optimizer");
  return { parameters, macs, weightBytes: weights.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) };
}

describe("what removals leave of a model", () => {
  it("is what is counted of the shrunk model, for every layers model of the corpus", async function () {
    if (!hasCorpus) skipBecause(this, "the corpus is not there");
    let models = 0;
    for (const { name, path, loads } of corpusTable()) {
      if (!path || !loads) continue;
      const model = await readModel(path);
      if (model.format !== "layers-model") continue;
      models++;
      const channels = channelsOf(model);
      const count = channelCounter(model, networkOf(model), channels);
      for (const every of [2, 3, 7]) {
        const removal = someRemoval(channels, (channel) => channel % every !== 0);
        assert.deepEqual(count(removal), counted(model, channels, removal), `${name}, all but each ${every}th`);
      }
    }
    assert.ok(models > 5, `${models} models`);
  });

  it("is so for any removal", async () => {
    const model = await readModel(sampleModel);
    const channels = channelsOf(model);
    const count = channelCounter(model, networkOf(model), channels);
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: channels.count, maxLength: channels.count }), (draws) => {
        const removal = someRemoval(channels, (channel) => draws[channel] === true);
        assert.deepEqual(count(removal), counted(model, channels, removal));
      }),
      { numRuns: 30 },
    );
  });
});
