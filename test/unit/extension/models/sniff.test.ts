import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { isModelFile, looksLikeModel } from "../../../../src/extension/models/sniff.ts";
import { corpus, corpusModels } from "../../../support/corpus.ts";
import { useFolders } from "../../../support/folders.ts";
import { placeFile } from "../../../support/modelFiles.ts";

describe("extension/models/sniff", () => {
  const folder = useFolders();

  const models = {
    "a layers model": '{"modelTopology": {"class_name": "Sequential"}, "weightsManifest": []}',
    "a graph model whose signature comes first": '{"format": "graph-model", "signature": {"inputs": {}}}',
    "a model without a format": '{"modelTopology":{"node":[]}}',
    "a model whose manifest comes first": '{"weightsManifest": [{"paths": []}]}',
    "a model after a byte order mark": '\uFEFF {"modelTopology": {}}',
  };
  for (const [what, head] of Object.entries(models)) it(`sees ${what}`, () => assert.ok(looksLikeModel(head)));

  const others = {
    "a package": '{"name": "secateur", "version": "0.1.0"}',
    "a list of manifests": '[{"weightsManifest": []}]',
    "text that speaks of modelTopology": "modelTopology: none",
    "a format of another kind": '{"format": "geojson"}',
    nothing: "",
  };
  for (const [what, head] of Object.entries(others)) it(`passes over ${what}`, () => assert.ok(!looksLikeModel(head)));

  it("reads no more than the beginning of a file", async () => {
    const large = `{"modelTopology": {${" ".repeat(3e6)}`;
    assert.ok(await isModelFile(placeFile(folder(), "large.json", large)));
    const late = `{"a": "${"x".repeat(3e6)}", "modelTopology": {}}`;
    assert.ok(!(await isModelFile(placeFile(folder(), "late.json", late))));
  });

  it("says no of a file that is not there and of a folder", async () => {
    assert.ok(!(await isModelFile(join(folder(), "none.json"))));
    assert.ok(!(await isModelFile(folder())));
  });

  it("tells the models of the corpus from its other JSON files", async function () {
    corpus(this, "models");
    const jsonFiles = readdirSync(corpusModels, { recursive: true, encoding: "utf8" }).filter(
      (path) => path.endsWith(".json") && !path.includes("keras3"),
    );
    const notModels = /manifest|metadata|word_index|labels|class/i;
    assert.ok(jsonFiles.length > 30);
    for (const path of jsonFiles)
      assert.equal(await isModelFile(join(corpusModels, path)), !notModels.test(path), path);
  });
});
