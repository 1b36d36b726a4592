import assert from "node:assert/strict";
import { join } from "node:path";
import { kernelsOf } from "../../../src/pruning/graph/network.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { magnitude } from "../../../src/pruning/methods/magnitude.ts";
import type { MagnitudeOptions } from "../../../src/pruning/methods/magnitudeSpec.ts";
import type { Pruned } from "../../../src/pruning/methods/spec.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { writeModel } from "../../../src/pruning/model/write.ts";
import { corpus, hasCorpus } from "../../support/corpus.ts";
import { corpusTable } from "../../support/corpusModels.ts";
import { useFolders } from "../../support/folders.ts";
import { type StoredZeros, zerosInFiles } from "../../support/storedZeros.ts";

describe("magnitude pruning of the corpus, counted from the written bytes", () => {
  if (!hasCorpus) {
    it("needs the corpus", function () {
      corpus(this, "models");
    });
    return;
  }
  const folder = useFolders();

  /** Prunes, writes, and counts again from the files: by layer, the zeros of its kernels. */
  async function prune(path: string, options: MagnitudeOptions) {
    const model = await readModel(path);
    const network = networkOf(model);
    const pruned = (await magnitude(model, options, { network })) as Pruned;
    const written = await writeModel(pruned.model, join(folder(), "out"));
    const [before, after] = [zerosInFiles(path), zerosInFiles(written)];
    const layers = network.layers
      .filter(({ prunable }) => prunable)
      .map((layer) => kernelsOf(layer).map(({ name }) => ({ name, ...(after.get(name) as StoredZeros) })));
    const kernels = new Set(layers.flat().map(({ name }) => name));
    for (const [name, { bytes, quantization }] of (await readModel(written)).weights) {
      if (kernels.has(name)) continue;
      const original = model.weights.get(name);
      assert.ok(original && Buffer.from(bytes).equals(original.bytes), `${name} is left alone`);
      assert.deepEqual(quantization, original.quantization, name);
    }
    return { layers, before, notes: pruned.notes };
  }

  const sum = (counts: readonly StoredZeros[], what: keyof StoredZeros) =>
    counts.reduce((total, count) => total + count[what], 0);

  for (const { name, path, loads } of corpusTable()) {
    if (!path || !loads) continue;
    it(`${name}: 50 % over all layers, to the weight`, async () => {
      const { layers, before, notes } = await prune(path, { sparsity: 0.5 });
      const kernels = layers.flat();
      const had = sum(
        kernels.map((kernel) => before.get(kernel.name) as StoredZeros),
        "zeros",
      );
      assert.equal(sum(kernels, "zeros"), Math.max(had, Math.round(0.5 * sum(kernels, "elements"))));
      assert.equal(notes.length, had > 0.5 * sum(kernels, "elements") + 0.5 ? 1 : 0, `${notes}`);
    });
  }

  const vgg = corpusTable().find(({ name }) => name === "fashion-vggbn-mawais")?.path as string;

  for (const sparsity of [0.3, 0.6]) {
    it(`fashion-vggbn-mawais: ${100 * sparsity} % over all layers and in each, to the weight`, async () => {
      const globally = await prune(vgg, { sparsity });
      const kernels = globally.layers.flat();
      // Six convolutions of 3 × 3, from 1 to 128 channels, and three dense layers.
      assert.equal(sum(kernels, "elements"), 285_984 + 723_456);
      assert.equal(sum(kernels, "zeros"), Math.round(sparsity * sum(kernels, "elements")));
      const { layers } = await prune(vgg, { sparsity, scope: "layer" });
      for (const layer of layers) assert.equal(sum(layer, "zeros"), Math.round(sparsity * sum(layer, "elements")));
    });
  }

  it("fashion-vggbn-mawais: only the chosen layers", async () => {
    const { layers } = await prune(vgg, { sparsity: 0.9, layers: "conv2d*", skip: "conv2d" });
    for (const layer of layers.flat()) {
      const isChosen = /^conv2d_/.test(layer.name);
      assert.ok(isChosen ? layer.zeros > 0.5 * layer.elements : layer.zeros === 0, layer.name);
    }
  });
});
