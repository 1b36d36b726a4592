import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Model } from "../../../src/pruning/model/model.ts";
import { isModelJson, readModel } from "../../../src/pruning/model/read.ts";
import { decode } from "../../../src/pruning/model/values.ts";
import { writeModel } from "../../../src/pruning/model/write.ts";
import { openInBrowser, weightsInBrowser } from "../../support/browser.ts";
import { corpus, hasCorpus } from "../../support/corpus.ts";
import { corpusTable } from "../../support/corpusModels.ts";
import { filesIn, useFolders } from "../../support/folders.ts";

/** Every weight decodes to what TensorFlow.js makes of it. */
async function assertDecodesAsInBrowser(model: Model, path: string): Promise<void> {
  const inBrowser = await weightsInBrowser(path);
  assert.deepEqual([...model.weights.keys()].sort(), [...inBrowser.keys()].sort());
  for (const [name, weight] of model.weights) {
    const { dtype, shape, values } = inBrowser.get(name) ?? assert.fail(name);
    assert.deepEqual([weight.dtype, weight.shape], [dtype, shape], name);
    const decoded = decode(weight);
    if (Array.isArray(values))
      assert.deepEqual(
        decoded,
        values.map((bytes) => new TextDecoder().decode(bytes)),
      );
    else assert.ok(Buffer.from(new Uint8Array((decoded as Float32Array).slice().buffer)).equals(bytesOf(values)), name);
  }
}

const bytesOf = (values: Float32Array | Int32Array | Uint8Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** How many halves a model holds: TensorFlow.js takes seconds to decode a million. */
const halvesOf = (model: Model): number =>
  [...model.weights.values()].reduce(
    (sum, { quantization, bytes }) => sum + (quantization?.dtype === "float16" ? bytes.length / 2 : 0),
    0,
  );

describe("models of the corpus, read and written", () => {
  if (!hasCorpus) {
    it("needs the corpus", function () {
      corpus(this, "models");
    });
    return;
  }
  const folder = useFolders();

  for (const { name, path, loads } of corpusTable()) {
    if (!path) continue;
    if (name.endsWith("INCOMPLETE")) {
      it(`${name}: the missing weight file is named`, async () => {
        await assert.rejects(readModel(path), {
          code: "bad-model",
          message: /The weight file group1-shard1of3\.bin, .* is missing/,
        });
      });
      continue;
    }
    it(`${name}: written back byte for byte${loads ? ", and TensorFlow.js opens it" : ""}`, async function () {
      this.timeout(30_000);
      const model = await readModel(path);
      assert.ok(isModelJson(model.source));
      if (halvesOf(model) < 1e6) await assertDecodesAsInBrowser(model, path);

      const written = await writeModel(model, join(folder(), "out"));
      assert.ok((await readFile(written)).equals(await readFile(path)), "model.json");
      const originals = filesIn(dirname(path));
      for (const [file, bytes] of filesIn(dirname(written))) {
        if (file !== "model.json") assert.ok(bytes.equals(originals.get(file) ?? assert.fail(file)), file);
      }
      const again = await readModel(written);
      assert.deepEqual(again.groups, model.groups);
      for (const [key, weight] of model.weights) {
        const { bytes, ...rest } = again.weights.get(key) ?? assert.fail(key);
        const { bytes: before, ...restBefore } = weight;
        assert.deepEqual(rest, restBefore);
        assert.ok(Buffer.from(bytes).equals(before), key);
      }
      if (loads) await openInBrowser(written, model.format);
    });
  }

  it("weights manifests without a topology are refused as such", async function () {
    const manifests = corpus(this, "models", "faceapi-manifests");
    const names = [...filesIn(manifests).keys()].filter((name) => name.endsWith(".json"));
    assert.ok(names.length > 0);
    for (const name of names) {
      await assert.rejects(readModel(join(manifests, name)), { code: "bad-model", message: /without a topology/ });
    }
  });
});
