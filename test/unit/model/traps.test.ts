import assert from "node:assert/strict";
import { open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject, Weight } from "../../../src/pruning/model/model.ts";
import { withWeights } from "../../../src/pruning/model/model.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { decodeFloats } from "../../../src/pruning/model/values.ts";
import { writeModel } from "../../../src/pruning/model/write.ts";
import { withZeros } from "../../../src/pruning/model/zero.ts";
import { openInBrowser, weightsInBrowser } from "../../support/browser.ts";
import { filesIn, useFolders } from "../../support/folders.ts";
import { bool, float32, placeFile, placeModel, quantized, strings } from "../../support/modelFiles.ts";
import { layersTopology, layersWeights, tinyGraphModel, tinyLayersModel } from "../../support/tinyModels.ts";

// One test for each way in which writers of TensorFlow.js models are known to go wrong.
describe("traps of the model format", () => {
  const folder = useFolders();

  it("1: a longer last shard, which browsers read as zeros, is laid out anew", async () => {
    const weights = Array.from({ length: 7 }, (_, i) => float32(`w${i}`, [4], Array(4).fill(i + 1)));
    const path = placeModel(folder(), { groups: [{ weights, sizes: [16, 96] }] });
    const firsts = async (model: string) =>
      [...(await weightsInBrowser(model)).values()].map(({ values }) => values[0]);
    assert.deepEqual(await firsts(path), [1, 2, 0, 0, 0, 0, 0], "the fault is real");
    const written = await writeModel(await readModel(path), join(folder(), "out"));
    assert.deepEqual(await firsts(written), [1, 2, 3, 4, 5, 6, 7]);
  });

  it("1: a longer last shard is laid out anew in shards of 4 MiB, cut in the middle of numbers", async () => {
    const values = Float32Array.from({ length: 2_500_000 }, (_, i) => i + 1);
    const weights = [bool("flag", [1], [1]), float32("w", [values.length], values)];
    const path = placeModel(folder(), { groups: [{ weights, sizes: [1_000_000, 9_000_001] }] });
    const out = join(folder(), "out");
    await writeModel(await readModel(path), out);

    const files = filesIn(out);
    assert.deepEqual(
      [...files].filter(([name]) => name !== "model.json").map(([name, bytes]) => [name, bytes.length]),
      [
        ["group1-shard1of3.bin", 4_194_304],
        ["group1-shard2of3.bin", 4_194_304],
        ["group1-shard3of3.bin", 10_000_001 - 2 * 4_194_304],
      ],
    );
    const read = (await weightsInBrowser(join(out, "model.json"))).get("w")?.values as Float32Array;
    assert.ok(Buffer.from(read.buffer, read.byteOffset, read.byteLength).equals(Buffer.from(values.buffer)));
  });

  it("2: weights are read right from any offset of any buffer, and pruning leaves that buffer alone", async () => {
    const weights = [bool("odd", [1], [1]), float32("w", [3], [1, -2, 3]), float32("next", [1], [4])];
    const path = placeModel(folder(), { groups: [{ weights }] });
    const model = await readModel(path);
    const unaligned = model.weights.get("w") as Weight;
    assert.deepEqual([...decodeFloats(unaligned)], [1, -2, 3]);
    assert.deepEqual([...decodeFloats(withZeros(unaligned, Uint8Array.of(0, 1, 0)))], [1, 0, 3]);
    assert.deepEqual([...decodeFloats(unaligned)], [1, -2, 3], "the original is untouched");

    // A Buffer out of Node's pool shares its memory with others, and its `slice` copies nothing.
    const pooled: Weight = { ...unaligned, bytes: Buffer.from(unaligned.bytes) };
    const pruned = withZeros(pooled, Uint8Array.of(1, 0, 0));
    assert.deepEqual([...decodeFloats(pooled)], [1, -2, 3]);
    const out = await writeModel(withWeights(model, [pruned]), join(folder(), "out"));
    const read = await weightsInBrowser(out);
    assert.deepEqual([...(read.get("w")?.values ?? [])], [0, -2, 3]);
    assert.deepEqual([...(read.get("next")?.values ?? [])], [4]);
  });

  it("3: a graph's initializer, its signature and its weights are kept", async () => {
    const path = placeModel(folder(), tinyGraphModel);
    const model = await readModel(path);
    const pruned = withZeros(model.weights.get("kernel") as Weight, Uint8Array.of(0, 0, 1, 1, 0, 0));
    const out = await writeModel(withWeights(model, [pruned]), join(folder(), "out"));
    const [before, after] = await Promise.all(
      [path, out].map(async (file) => JSON.parse(await readFile(file, "utf8"))),
    );
    assert.deepEqual(after, before);
    const read = await weightsInBrowser(out);
    assert.deepEqual([...(read.get("kernel")?.values ?? [])], [1, -2, 0, 0, -3, 4]);
    assert.deepEqual([...(read.get("keys")?.values ?? [])], [7, 8]);
    await openInBrowser(out, "graph-model");
  });

  // Numbers as Python writes them, keys out of order, keys nobody knows, and every kind of white space.
  const oddText = (manifest: string) =>
    `{\r\n\t"userDefinedMetadata": {"z": 1, "a": [1e-05, 0.0, -0, 12345678901234567890, 1E5, "\\u00e9é\\/"]},\r\n` +
    `  "weightsManifest" : ${manifest} ,\n\n  "modelTopology":${JSON.stringify(layersTopology)}  , "epsilon":1e-05}\n`;

  it("4: the text of model.json is kept byte for byte when no size changes", async () => {
    for (const mark of ["", "\uFEFF"]) {
      const text = (manifest: unknown) => mark + oddText(JSON.stringify(manifest, null, 1));
      const path = placeModel(folder(), { ...tinyLayersModel, text });
      const model = await readModel(path);
      const kernel = model.weights.get("hidden/kernel") as Weight;
      const pruned = withWeights(model, [withZeros(kernel, new Uint8Array(12).fill(1))]);
      const out = await writeModel(pruned, join(folder(), "out"));
      assert.ok((await readFile(out)).equals(await readFile(path)));
      await openInBrowser(out, "layers-model");
    }
  });

  it("4: the text of model.json is kept byte for byte outside a weights manifest that must change", async () => {
    for (const mark of ["", "\uFEFF"]) {
      const groups = [{ weights: layersWeights, sizes: [4, 1000] }];
      const path = placeModel(folder(), { groups, text: (manifest) => mark + oddText(JSON.stringify(manifest)) });
      const out = await writeModel(await readModel(path), join(folder(), "out"));
      const written = await readFile(out, "utf8");
      const manifest = JSON.stringify(JSON.parse(written.replace(mark, "")).weightsManifest);
      assert.equal(written, mark + oddText(manifest));
      assert.deepEqual(JSON.parse(manifest)[0].paths, ["group1-shard1of1.bin"]);
      await openInBrowser(out, "layers-model");
    }
  });

  it("5: an optimiser's weights keep their bytes, group and training configuration", async () => {
    const slot = float32("Adam/m/hidden/kernel", [3, 4], Array(12).fill(1e-3));
    const weights = [...layersWeights, { ...slot, entry: { ...slot.entry, group: "optimizer" } }];
    const fields = {
      trainingConfig: { loss: "mse", metrics: [], optimizer_config: { class_name: "Adam", config: {} } },
    };
    const path = placeModel(folder(), { topology: layersTopology, fields, groups: [{ weights }] });
    const model = await readModel(path);
    assert.equal(model.weights.get("Adam/m/hidden/kernel")?.group, "optimizer");
    const kernel = model.weights.get("hidden/kernel") as Weight;
    const out = await writeModel(
      withWeights(model, [withZeros(kernel, new Uint8Array(12).fill(1))]),
      join(folder(), "out"),
    );
    assert.equal(await readFile(out, "utf8"), await readFile(path, "utf8"));
    const read = await weightsInBrowser(out);
    assert.deepEqual(read.get("Adam/m/hidden/kernel")?.values, Float32Array.from(Array(12).fill(1e-3)));
  });

  it("6: no weight is renamed, whatever its name means to a loader", async () => {
    const names = ["layers/dense/vars/0", "a b/ü:0", "", "__proto__", "constructor"];
    const weights = names.map((name, i) => float32(name, [1], [i]));
    const path = placeModel(folder(), { groups: [{ weights, sizes: [1, 50] }] });
    const out = await writeModel(await readModel(path), join(folder(), "out"));
    const [group] = JSON.parse(await readFile(out, "utf8")).weightsManifest;
    assert.deepEqual(
      group.weights.map((entry: JsonObject) => entry.name),
      names,
    );
    assert.deepEqual(
      [...(await readModel(out)).weights.values()].map((weight) => decodeFloats(weight)[0]),
      [0, 1, 2, 3, 4],
    );
  });

  it("7: a name used twice is refused, in one group or in two", async () => {
    const twin = float32("rnn/kernel", [1], [1]);
    for (const groups of [[{ weights: [twin, twin] }], [{ weights: [twin] }, { weights: [twin] }]]) {
      const path = placeModel(folder(), { groups });
      await assert.rejects(readModel(path), {
        code: "bad-model",
        message: `${path} lists the weight "rnn/kernel" twice, which TensorFlow.js refuses to load; give its layers distinct names and save it again.`,
      });
    }
  });

  it("8: too few bytes are refused, and so are too many, which browsers ignore", async () => {
    const weights = [float32("a", [2], [1, 2]), float32("b", [2], [3, 4])];
    for (const [length, message] of [
      [15, /group1-shard1of1\.bin ends inside weight "b": 16 bytes are needed by there and 15 are present\. Copy/],
      [0, /group1-shard1of1\.bin ends inside weight "a": 8 bytes are needed by there and 0 are present\./],
      [17, /group1-shard1of1\.bin holds 17 bytes, and model\.json describes 16: .*Put the matching pair together\./],
    ] as const) {
      const path = placeModel(folder(), { groups: [{ weights }] });
      placeFile(join(path, ".."), "group1-shard1of1.bin", new Uint8Array(length));
      await assert.rejects(readModel(path), { code: "bad-model", message });
    }
  });

  it("8: bytes that end inside a string are refused", async () => {
    for (const cut of [1, 5]) {
      const weight = strings("words", [2], ["one", "two"]);
      const bytes = weight.bytes.subarray(0, weight.bytes.length - cut);
      const path = placeModel(folder(), { groups: [{ weights: [{ ...weight, bytes }] }] });
      await assert.rejects(readModel(path), { code: "bad-model", message: /ends inside weight "words"/ });
    }
  });

  it("8: padding at the end of a group, which shifts all that follows, is refused", async () => {
    const groups = [{ weights: [bool("flag", [1], [1])] }, { weights: [float32("w", [1], [1])] }];
    const path = placeModel(folder(), { groups });
    placeFile(join(path, ".."), "group1-shard1of1.bin", Uint8Array.of(1, 0, 0, 0));
    await assert.rejects(readModel(path), { code: "bad-model", message: /holds 4 bytes, and model\.json describes 1/ });
  });

  it("9: a weight file above 2 GiB, which Node does not read, is refused at once", async () => {
    const path = placeModel(folder(), { groups: [{ weights: [float32("w", [1], [1])] }] });
    const file = await open(join(path, "..", "group1-shard1of1.bin"), "r+");
    await file.truncate(3 * 2 ** 30);
    await file.close();
    await assert.rejects(readModel(path), {
      code: "bad-model",
      message: /group1-shard1of1\.bin cannot be read: .*2 GiB/,
    });
  });

  // 10, that plain TensorFlow.js opens no file:// in Node, is the engine's to get round.

  it("quantization: null, on which TensorFlow.js crashes, is read and left out of what is written", async () => {
    const plain = float32("w", [2], [1, 2]);
    const codes = quantized("q", [2], Uint8Array.of(3, 200), 0.5, -1.5);
    const weights = [{ ...plain, entry: { ...plain.entry, quantization: null } }, codes];
    const path = placeModel(folder(), { groups: [{ weights }] });
    await assert.rejects(weightsInBrowser(path), TypeError);
    const out = await writeModel(await readModel(path), join(folder(), "out"));
    assert.deepEqual([...((await weightsInBrowser(out)).get("w")?.values ?? [])], [1, 2]);
    const [group] = JSON.parse(await readFile(out, "utf8")).weightsManifest;
    assert.deepEqual(group.weights, [plain.entry, codes.entry]);
    assert.deepEqual(await readdir(join(out, "..")), ["group1-shard1of1.bin", "model.json"]);
  });
});
