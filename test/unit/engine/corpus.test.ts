import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { SecateurError } from "../../../src/pruning/errors.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { corpusModels, hasCorpus } from "../../support/corpus.ts";
import { withEngine, withoutLeak } from "./backends.ts";

describe("Engine.load on the corpus", function () {
  this.timeout(60_000);
  /** Why a folder's model does not load, as its README tells. */
  const notLoadable: Record<string, RegExp> = {
    "cifar10-graph-alltristans-INCOMPLETE": /group1-shard/,
    "faceapi-manifests": /topology/,
    "legacy-pb-mobilenet-qxy": /topology/,
    "mnist-mlp-keras3-tanish": /layer "input_layer" \(InputLayer\)/,
  };
  if (!hasCorpus) it("has no model to load here");
  for (const name of hasCorpus ? readdirSync(corpusModels).sort() : []) {
    it(name, async function () {
      this.timeout(20_000);
      await withEngine(this, "wasm", async (engine) => {
        await withoutLeak(async () => {
          for (const file of readdirSync(join(corpusModels, name))) {
            if (!file.endsWith(".json") || /metadata|signature/.test(file)) continue;
            const load = async () => engine.load(await readModel(join(corpusModels, name, file)));
            const reason = notLoadable[name];
            if (reason) await assert.rejects(load, (error) => SecateurError.is(error) && reason.test(error.message));
            else (await load()).dispose();
          }
        });
      });
    });
  }
});
