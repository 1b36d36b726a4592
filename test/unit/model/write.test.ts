import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import type { Model } from "../../../src/pruning/model/model.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { writeModel } from "../../../src/pruning/model/write.ts";
import { openInBrowser } from "../../support/browser.ts";
import { filesIn, useFolders } from "../../support/folders.ts";
import { float32, placeFile, placeModel } from "../../support/modelFiles.ts";
import { tinyGraphModel, tinyLayersModel } from "../../support/tinyModels.ts";

describe("writing a model", () => {
  const folder = useFolders();
  const tiny = (): Promise<Model> => readModel(placeModel(folder(), tinyLayersModel));

  it("makes the folder, and those above it, with a model that TensorFlow.js opens", async () => {
    for (const [stored, format] of [
      [tinyLayersModel, "layers-model"],
      [tinyGraphModel, "graph-model"],
    ] as const) {
      const path = placeModel(folder(), { ...stored, name: "net.json" });
      const parent = join(folder(), "a", "b");
      const written = await writeModel(await readModel(path), join(parent, "out"));
      assert.equal(written, join(parent, "out", "model.json"));
      assert.deepEqual(readdirSync(parent), ["out"], "nothing else lies beside it");
      await openInBrowser(written, format);
    }
  });

  it("puts weight files in the folders that the model names", async () => {
    const paths = ["./a b/ü.bin", "sub/deep/rest"];
    const groups = [{ weights: [float32("w", [3], [1, 2, 3])], sizes: [7, 5], paths }];
    const path = placeModel(folder(), { groups });
    const written = await writeModel(await readModel(path), join(folder(), "out"));
    assert.deepEqual(filesIn(dirname(written)), filesIn(dirname(path)));
  });

  it("refuses a folder or file that exists, and leaves it as it was", async () => {
    const model = await tiny();
    const parent = folder();
    mkdirSync(join(parent, "folder"));
    placeFile(parent, "file", "mine");
    symlinkSync(join(parent, "nowhere"), join(parent, "link"));
    for (const name of ["folder", "file", "link"]) {
      await assert.rejects(writeModel(model, join(parent, name)), {
        code: "bad-output",
        message: `${join(parent, name)} exists already; name a folder that does not.`,
      });
    }
    assert.deepEqual(
      [...filesIn(parent)].map(([name, bytes]) => [name, `${bytes}`]),
      [["file", "mine"]],
    );
    assert.deepEqual(readdirSync(parent).sort(), ["file", "folder", "link"]);
  });

  it("refuses a place that cannot be written to: a file is in the way", async () => {
    const parent = folder();
    const inTheWay = placeFile(parent, "file", "mine");
    await assert.rejects(writeModel(await tiny(), join(inTheWay, "out")), {
      code: "bad-output",
      message: /file.out cannot be written \(ENOTDIR.*\); choose a folder with room that you may write to\.$/,
    });
    assert.deepEqual(readdirSync(parent), ["file"]);
  });

  it("leaves nothing behind when a file in the middle cannot be written", async () => {
    const path = placeModel(folder(), { groups: [{ weights: [float32("w", [4], [1, 2, 3, 4])], sizes: [4, 12] }] });
    const model = await readModel(path);
    const [group] = model.groups;
    assert.ok(group);
    // Same sizes, so that the layout is kept; no file system takes a name so long.
    const long = { ...group, sizes: [8, 8], paths: ["first.bin", "n".repeat(300)] };
    const parent = folder();
    await assert.rejects(writeModel({ ...model, groups: [long] }, join(parent, "out")), { code: "bad-output" });
    assert.deepEqual(readdirSync(parent), []);
  });

  it("leaves nothing behind when cancelled: before, or with some files written", async () => {
    const weights = [float32("w", [400], Array(400).fill(1))];
    const model = await readModel(placeModel(folder(), { groups: [{ weights, sizes: Array(400).fill(4) }] }));
    const parent = folder();
    await assert.rejects(writeModel(model, join(parent, "out"), { signal: AbortSignal.abort() }), {
      code: "cancelled",
    });
    assert.deepEqual(readdirSync(parent), []);

    const controller = new AbortController();
    const writing = writeModel(model, join(parent, "out"), { signal: controller.signal });
    let seen = 0;
    while (seen < 3) {
      await turn();
      const [temporary] = readdirSync(parent);
      if (temporary) seen = readdirSync(join(parent, temporary)).length;
    }
    assert.equal(existsSync(join(parent, "out")), false, "not there before it is whole");
    controller.abort();
    await assert.rejects(writing, { code: "cancelled" });
    assert.deepEqual(readdirSync(parent), []);
  });

  it("brings along the small files that apps keep beside a model, and no others", async () => {
    const path = placeModel(folder(), tinyLayersModel);
    const from = dirname(path);
    placeFile(from, "metadata.json", '{"labels":["cat"]}');
    placeFile(from, "labels.txt", "cat\r\n");
    placeFile(from, "photos.zip", "large");
    placeFile(from, "word_index.json", new Uint8Array(5 * 2 ** 20));
    mkdirSync(join(from, "labels.json"));
    const written = await writeModel(await readModel(path), join(folder(), "out"), { sidecarsFrom: from });
    const files = filesIn(dirname(written));
    assert.deepEqual([...files.keys()], ["group1-shard1of1.bin", "labels.txt", "metadata.json", "model.json"]);
    for (const [name, bytes] of files) assert.ok(bytes.equals(filesIn(from).get(name) as Buffer), name);
  });

  it("writes weights of no elements, and models of no weights", async () => {
    for (const groups of [[], [{ weights: [] }], [{ weights: [float32("w", [0, 3], [])] }]]) {
      const path = placeModel(folder(), { groups });
      const written = await writeModel(await readModel(path), join(folder(), "out"));
      assert.deepEqual(filesIn(dirname(written)), filesIn(dirname(path)));
      assert.equal(basename(written), "model.json");
      assert.ok(statSync(written).size > 0);
    }
  });
});
