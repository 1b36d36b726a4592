import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { JsonValue } from "../../../src/pruning/model/model.ts";
import { isModelJson, readModel } from "../../../src/pruning/model/read.ts";
import { decode } from "../../../src/pruning/model/values.ts";
import { useFolders } from "../../support/folders.ts";
import {
  bool,
  complex64,
  float16,
  float32,
  int32,
  placeFile,
  placeModel,
  quantized,
  strings,
} from "../../support/modelFiles.ts";
import { tinyGraphModel, tinyLayersModel } from "../../support/tinyModels.ts";

describe("reading a model", () => {
  const folder = useFolders();

  /** The sentence with which a JSON file of this text is refused. */
  async function refusal(text: string): Promise<string> {
    const path = placeFile(folder(), "model.json", text);
    const error = await readModel(path).then(
      () => assert.fail("was read"),
      (reason) => reason,
    );
    assert.equal(error.code, "bad-model", String(error));
    assert.ok(!error.message.includes("\n"), "one line");
    return error.message.replaceAll(path, "model.json");
  }

  const manifest = (entry: object, group: object = {}) =>
    JSON.stringify({ modelTopology: {}, weightsManifest: [{ paths: ["w.bin"], weights: [entry], ...group }] });

  it("keeps every type of weight, with its shape, whatever groups and files they lie in", async () => {
    const weights = [
      bool("bool", [3], [1, 0, 1]),
      float32("float32", [2, 2], [1.5, -2.5, 0, Number.NaN]),
      strings("string", [2], ["", "größe"]),
      int32("int32", [], [-7]),
      complex64("complex64", [1], [1, -2]),
      quantized("uint8", [2], Uint8Array.of(0, 255), 0.5, -2),
      quantized("uint16", [2], Uint16Array.of(0, 65535), 0.25, 1, "int32"),
      float16("float16", [1, 1, 2], Uint16Array.of(0x3c00, 0xc000)),
      float32("empty", [2, 0], []),
    ];
    const groups = [{ weights: weights.slice(0, 4), sizes: [5, 2, 3, 99] }, { weights: weights.slice(4) }];
    const model = await readModel(placeModel(folder(), { groups }));
    const read = [...model.weights.values()];
    assert.deepEqual(
      read.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
      weights.map(({ entry: { name, dtype, shape } }) => ({ name, dtype, shape })),
    );
    assert.deepEqual(
      read.map((weight) => Array.from(decode(weight) as ArrayLike<number | string>)),
      [[1, 0, 1], [1.5, -2.5, 0, Number.NaN], ["", "größe"], [-7], [1, -2], [-2, 125.5], [1, 16385], [1, -2], []],
    );
    assert.deepEqual(
      model.groups.map(({ names, sizes }) => ({ names: names.length, sizes })),
      [
        { names: 4, sizes: [5, 2, 3, 3 + 16 + 15 + 4 - 10] },
        { names: 5, sizes: [8 + 2 + 4 + 4] },
      ],
    );
  });

  it("tells a layers model from a graph model where no format is named", async () => {
    for (const [model, format] of [
      [tinyLayersModel, "layers-model"],
      [tinyGraphModel, "graph-model"],
    ] as const) {
      const text = (weightsManifest: JsonValue[]) => JSON.stringify({ modelTopology: model.topology, weightsManifest });
      assert.equal((await readModel(placeModel(folder(), { ...model, text }))).format, format);
    }
  });

  it("takes any name of the JSON file, and weight files in folders below it", async () => {
    const [group] = tinyLayersModel.groups;
    const groups = [{ weights: group?.weights ?? [], sizes: [5, 1], paths: ["./a b/ü.bin", "sub/deep/rest"] }];
    const model = await readModel(placeModel(folder(), { ...tinyLayersModel, name: "my net.json", groups }));
    assert.deepEqual(model.groups[0]?.paths, ["./a b/ü.bin", "sub/deep/rest"]);
    assert.equal(model.weights.size, 4);
  });

  it("refuses weight files outside the model's folder, and touches none", async () => {
    const secret = join(folder(), "secret.bin");
    for (const name of ["../secret.bin", "sub/../../secret.bin", "..", secret]) {
      const entry = { name: "w", shape: [1], dtype: "float32" };
      const message = await refusal(manifest(entry, { paths: [name] }));
      assert.equal(
        message,
        `model.json names the weight file "${name}" outside its own folder; put the file beside it and correct the name.`,
      );
    }
  });

  it("says which weight file is missing, and where it belongs", async () => {
    const path = placeModel(folder(), { groups: [{ weights: [float32("w", [4], [1, 2, 3, 4])], sizes: [8, 8] }] });
    rmSync(join(dirname(path), "group1-shard2of2.bin"));
    await assert.rejects(readModel(path), {
      code: "bad-model",
      message: `The weight file group1-shard2of2.bin, named by ${path}, is missing; put it into ${dirname(path)}.`,
    });
  });

  it("refuses a weight file that is a folder", async () => {
    const path = placeFile(folder(), "model.json", manifest({ name: "w", shape: [1], dtype: "float32" }));
    mkdirSync(join(dirname(path), "w.bin"));
    await assert.rejects(readModel(path), {
      code: "bad-model",
      message: /^The weight file .*w\.bin cannot be read: it is not a file\.$/,
    });
  });

  it("refuses a path that does not exist, and one that is a folder", async () => {
    const root = folder();
    await assert.rejects(readModel(join(root, "no.json")), {
      code: "bad-model",
      message: `${join(root, "no.json")} does not exist; give the path of a model.json.`,
    });
    await assert.rejects(readModel(root), { code: "bad-model", message: /cannot be read: EISDIR.*Give the path/ });
  });

  it("refuses what is not JSON, in one line", async () => {
    for (const text of [
      "",
      "weights",
      '{"a":\nfoo\r}',
      '{\n  "modelTopology": {},\n}',
      "\u0000\u0001",
      '{"modelTopology"',
    ]) {
      assert.match(
        await refusal(text),
        /^model\.json is not JSON \(.+\); choose the model\.json that TensorFlow\.js wrote\.$/,
      );
    }
  });

  it("says what a JSON file lacks to be a model", async () => {
    const beginning = "model.json is JSON but no TensorFlow.js model: ";
    for (const [text, end] of [
      ["[]", "it holds no object. Choose"],
      ["3", "it holds no object. Choose"],
      ["null", "it holds no object. Choose"],
      ["{}", 'it has no "modelTopology". Choose'],
      ['{"modelTopology": []}', 'it has no "modelTopology". Choose'],
      ['{"modelTopology": {}}', 'it has no "weightsManifest", so its weights cannot be found. Save'],
      ['[{"paths": [], "weights": []}]', "it is a weights manifest without a topology. Choose"],
      ['[{"weights": [{"name": "w"}]}]', "it is a weights manifest without a topology. Choose"],
    ] as const) {
      const message = await refusal(text);
      assert.ok(message.startsWith(beginning + end), message);
      assert.ok(!isModelJson(text));
    }
    for (const text of [manifest({}), `\uFEFF${manifest({})}`]) assert.ok(isModelJson(text));
  });

  it("says where a weights manifest is not of its form", async () => {
    const good = { name: "w", shape: [1], dtype: "float32" };
    for (const [text, where] of [
      [manifest({ ...good, name: undefined }), "0.weights.0.name"],
      [manifest({ ...good, shape: [-1] }), "0.weights.0.shape.0"],
      [manifest({ ...good, shape: [1.5] }), "0.weights.0.shape.0"],
      [manifest({ ...good, shape: undefined }), "0.weights.0.shape"],
      [manifest({ ...good, dtype: 7 }), "0.weights.0.dtype"],
      [manifest({ ...good, group: "other" }), "0.weights.0.group"],
      [manifest({ ...good, quantization: { dtype: "int4" } }), "0.weights.0.quantization.dtype"],
      [manifest(good, { paths: "w.bin" }), "0.paths"],
      [manifest(good, { weights: undefined }), "0.weights"],
    ] as const) {
      const message = await refusal(text);
      assert.ok(
        message.startsWith(`The weights manifest of model.json is not of TensorFlow.js's form at ${where}: `),
        message,
      );
    }
  });

  it("refuses types that TensorFlow.js does not know, and quantizations that say too little", async () => {
    for (const dtype of ["float16", "uint8", "int64", "toString"]) {
      assert.equal(
        await refusal(manifest({ name: "conv/kernel", shape: [1], dtype })),
        `Weight "conv/kernel" of model.json has the dtype "${dtype}", which TensorFlow.js does not know; ` +
          "it reads float32, int32, bool, complex64, string. Convert the model again.",
      );
    }
    const entry = { name: "w", shape: [1], dtype: "float32" };
    for (const quantization of [{ dtype: "uint8" }, { dtype: "uint16", scale: 1 }, { dtype: "uint8", min: 0 }]) {
      assert.equal(
        await refusal(manifest({ ...entry, quantization })),
        `Weight "w" of model.json is stored as ${quantization.dtype} without scale and min; convert the model again.`,
      );
    }
    for (const [dtype, stored] of [
      ["int32", "float16"],
      ["bool", "uint8"],
      ["string", "uint8"],
      ["complex64", "float16"],
    ]) {
      assert.equal(
        await refusal(manifest({ ...entry, dtype, quantization: { dtype: stored, scale: 1, min: 0 } })),
        `Weight "w" of model.json is ${dtype} stored as ${stored}, which TensorFlow.js does not read; convert the model again.`,
      );
    }
  });

  it("gives the JSON as text and parsed, nothing taken away", async () => {
    const path = placeModel(folder(), {
      ...tinyGraphModel,
      fields: { ...tinyGraphModel.fields, unknown: { deep: [1] } },
    });
    const model = await readModel(path);
    assert.deepEqual(JSON.parse(model.source), model.json);
    assert.deepEqual(model.json.unknown, { deep: [1] });
  });
});
