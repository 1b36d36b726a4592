import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PNG } from "pngjs";
import type { Split } from "../../../../src/pruning/data/dataset.ts";
import { chooseImages } from "../../../../src/pruning/data/images/choose.ts";
import { layoutOf } from "../../../../src/pruning/data/images/layout.ts";
import type { ImageReader } from "../../../../src/pruning/data/images/readImages.ts";
import { readDataset } from "../../../../src/pruning/data/readDataset.ts";
import { spread } from "../../../../src/pruning/data/split.ts";
import { SecateurError } from "../../../../src/pruning/errors.ts";
import { useFolders } from "../../../support/folders.ts";
import { jpegOf, placeImages, pngOf } from "../../../support/imageFiles.ts";
import { sampleData } from "../../../support/samples.ts";

const digitSize = { height: 28, width: 28, channels: 1 };
const digits: ImageReader = { input: [null, 28, 28, 1] };

/** Grey images of 2×2 that tell their own number, class by class. */
function tiny(count: number, classes: number): Split {
  const labels = Uint8Array.from({ length: count }, (_, i) => Math.floor((i * classes) / count));
  return { count, images: Uint8Array.from({ length: 4 * count }, (_, i) => i >> 2), labels };
}
const tinySize = { height: 2, width: 2, channels: 1 };
const tinyReader: ImageReader = { input: [null, 2, 2, 1] };

/** The numbers of the tiny images in a split. */
const numbersIn = (split: Split | undefined): number[] =>
  Array.from({ length: split?.count ?? 0 }, (_, i) => split?.images[4 * i] as number);

async function refuses(folder: string, reader: ImageReader, sentence: RegExp): Promise<void> {
  await assert.rejects(readDataset(folder, reader), (error) => {
    assert.ok(SecateurError.is(error, "bad-data"), String(error));
    assert.match(error.message, sentence);
    assert.ok(error.message.includes(folder), "the sentence names where");
    return true;
  });
}

describe("readDataset on folders of images", function () {
  this.timeout(30_000);
  const folder = useFolders();

  it("gives back MNIST byte for byte that was written as PNG, with the same labels", async () => {
    const mnist = await readDataset(sampleData);
    const [train, test] = [spread(mnist.train as Split, 150), spread(mnist.test as Split, 60)];
    const place = folder();
    // Names of other digits in front, so that nothing but the folders tells the class.
    placeImages(join(place, "train"), train, digitSize, (i, label) => `${label}/${(i * 7) % 10}-${i}.png`);
    placeImages(join(place, "test"), test, digitSize, (i, label) => `${label}/${i}.png`);
    const read = await readDataset(place, { ...digits, learns: true });
    assert.deepEqual([read.format, read.height, read.width, read.channels, read.classes], ["images", 28, 28, 1, 10]);
    const sorted = ({ count, images, labels }: Split) =>
      Array.from({ length: count }, (_, i) => `${labels?.[i]} ${images.subarray(784 * i, 784 * (i + 1))}`).sort();
    assert.deepEqual(sorted(read.train as Split), sorted(train));
    assert.deepEqual(sorted(read.test as Split), sorted(test));
    assert.match(read.notes?.join(" ") ?? "", /^Classes, from folders: 0 0, 1 1, .* 9 9\.$/);
  });

  it("reads images without labels, for training or to measure on", async () => {
    const place = placeImages(folder(), tiny(20, 1), tinySize, (i) => `${i}.png`);
    const learned = await readDataset(place, { ...tinyReader, learns: true });
    assert.deepEqual([learned.train?.count, learned.train?.labels, learned.test], [20, undefined, undefined]);
    assert.deepEqual([learned.classes, learned.classNames], [undefined, undefined]);
    const measured = await readDataset(place, tinyReader);
    assert.deepEqual([measured.test?.count, measured.train], [20, undefined]);
    const asked = await readDataset(place, { ...tinyReader, split: "validation" });
    assert.deepEqual([asked.train?.count, asked.test], [20, undefined]);
  });

  it("leaves labels out on request, of folders and of IDX alike", async () => {
    const place = placeImages(folder(), tiny(6, 3), tinySize, (i, label) => `class ${label}/${i}.png`);
    const { test, classes } = await readDataset(place, { ...tinyReader, labels: false, scores: [10] });
    assert.deepEqual([test?.count, test?.labels, classes], [6, undefined, undefined]);
    const mnist = await readDataset(sampleData, { labels: false });
    assert.deepEqual(
      [mnist.test?.count, mnist.test?.labels, mnist.train?.labels, mnist.classes],
      [10_000, undefined, undefined, undefined],
    );
  });

  it("orders classes as people do, or as a file of labels beside the model does", async () => {
    const place = placeImages(folder(), tiny(6, 3), tinySize, (i, label) => `${["b10", "b9", "Ab"][label]}/${i}.png`);
    const natural = await readDataset(place, tinyReader);
    assert.deepEqual(natural.classNames, ["Ab", "b9", "b10"]);
    const pairs = (split: Split | undefined) => numbersIn(split).map((image, i) => [image, split?.labels?.[i]]);
    assert.deepEqual(pairs(natural.test).sort(), [
      [0, 2],
      [1, 2],
      [2, 1],
      [3, 1],
      [4, 0],
      [5, 0],
    ]);
    const files: readonly (readonly [string, string])[] = [
      ["labels.txt", "0 none\n1 B10\n2 b9\n3 ab\n"],
      ["labels.json", '["none", "b10", "b9", "ab"]'],
      ["class_names.json", '{"0": "none", "1": "b10", "2": "b9", "3": "ab"}'],
      ["metadata.json", '{"tfjsVersion": "1.3.1", "labels": ["none", "b10", "b9", "Ab"]}'],
    ];
    for (const [name, text] of files) {
      const model = folder();
      writeFileSync(join(model, name), text);
      const { test, classes } = await readDataset(place, { ...tinyReader, model, scores: [4] });
      assert.equal(classes, 4, name);
      assert.deepEqual(pairs(test).sort(), [
        [0, 1],
        [1, 1],
        [2, 2],
        [3, 2],
        [4, 3],
        [5, 3],
      ]);
    }
    const other = folder();
    writeFileSync(join(other, "labels.txt"), "b10\nb9\n");
    writeFileSync(join(other, "labels.json"), "not JSON");
    assert.deepEqual((await readDataset(place, { ...tinyReader, model: other })).classNames, ["Ab", "b9", "b10"]);
  });

  it("holds more than 256 classes", async () => {
    const place = placeImages(folder(), tiny(300, 300), tinySize, (i) => `c${i}/x.png`);
    const { test, classes } = await readDataset(place, tinyReader);
    assert.equal(classes, 300);
    const [labels, images] = [[...(test?.labels ?? [])], numbersIn(test)];
    assert.deepEqual(
      images,
      labels.map((label) => label % 256),
      "image and label stay together",
    );
    assert.deepEqual(
      labels.sort((a, b) => a - b),
      [...Array(300).keys()],
    );
  });

  it("refuses folders of other classes than the model has, before it reads them", async () => {
    const place = placeImages(folder(), tiny(3, 3), tinySize, (i) => `${"abc"[i]}/x.png`);
    await refuses(
      place,
      { ...tinyReader, scores: [10] },
      /names 3 classes \(a, b, c\), but the model scores 10; .*--no-labels/,
    );
    assert.equal((await readDataset(place, { ...tinyReader, scores: [7, 3] })).classes, 3);
  });

  it("refuses images without labels to a step that needs them, naming both and what to do", async () => {
    const place = placeImages(folder(), tiny(3, 1), tinySize, (i) => `${i}.png`);
    const needsLabels = { step: "fineTune", instead: "use distill" };
    await refuses(
      place,
      { ...tinyReader, needsLabels },
      /have no labels, which the step fineTune learns from; .*or use distill\.$/,
    );
    await refuses(sampleData, { labels: false, needsLabels }, /no labels, which the step fineTune/);
  });

  it("leaves damaged images out and says how many, and which was the first", async () => {
    const images = tiny(6, 2);
    const place = placeImages(folder(), images, tinySize, (i, label) => `${label}/${i}.png`);
    const whole = pngOf(images.images.subarray(0, 4), tinySize);
    const jpeg = jpegOf(new Uint8Array(16 * 16).fill(90), { height: 16, width: 16, channels: 1 });
    writeFileSync(join(place, "0", "1.png"), whole.subarray(0, -20));
    writeFileSync(join(place, "1", "4.png"), "no image at all");
    writeFileSync(join(place, "1", "9.jpg"), jpeg.subarray(0, jpeg.length / 2));
    writeFileSync(join(place, "0", "0.png"), "");
    const { test, notes } = await readDataset(place, tinyReader);
    assert.deepEqual(numbersIn(test).sort(), [2, 3, 5]);
    assert.deepEqual([...(test?.labels ?? [])], [0, 1, 1]);
    assert.match(notes?.at(-1) ?? "", /^4 of 7 images could not be read and were left out; the first is 0\/0\.png\.$/);
    for (const [dir, files] of [
      ["0", ["2"]],
      ["1", ["3", "5"]],
    ] as const) {
      for (const file of files) writeFileSync(join(place, dir, `${file}.png`), whole.subarray(0, 30));
    }
    await refuses(
      place,
      tinyReader,
      /^No image in .* can be read, 0\/0\.png to begin with; give it whole PNG and JPEG files\.$/,
    );
  });

  it("refuses a PNG that promises more pixels than memory could hold", async () => {
    const place = folder();
    const png = pngOf(new Uint8Array(4), tinySize);
    png.writeUInt32BE(2 ** 20, 16);
    png.writeUInt32BE(2 ** 20, 20);
    writeFileSync(join(place, "bomb.png"), png);
    await refuses(place, tinyReader, /No image in .* can be read, bomb\.png/);
  });

  it("reads JPEG and PNG of any size and kind into the model's, whatever they are called", async () => {
    const place = folder();
    const colour = { height: 40, width: 60, channels: 3 };
    const smooth = Uint8Array.from({ length: 40 * 60 * 3 }, (_, i) => 40 + Math.floor(i / 3 / 60) * 3 + (i % 3) * 20);
    writeFileSync(join(place, "a photo.JPEG"), pngOf(smooth, colour));
    writeFileSync(join(place, "b.png"), jpegOf(smooth, colour));
    const deep = new PNG({ width: 1, height: 1, bitDepth: 16 });
    deep.data = Buffer.from(Uint16Array.of(0x8080, 0x4040, 0xffff, 0xffff).buffer);
    writeFileSync(join(place, "c.png"), PNG.sync.write(deep, { bitDepth: 16, colorType: 6, inputHasAlpha: true }));
    symlinkSync(join(place, "b.png"), join(place, "d.jpg"));
    const { test, height, width } = await readDataset(place, { input: [null, 20, 20, 3] });
    assert.deepEqual([height, width, test?.count], [20, 20, 4]);
    const [png, jpeg, flat, linked] = [0, 1, 2, 3].map((i) => test?.images.subarray(1200 * i, 1200 * (i + 1)) ?? []);
    for (const [i, value] of (png as Uint8Array).entries()) {
      assert.ok(Math.abs(value - (jpeg?.[i] as number)) <= 6, "a JPEG is close to what it was made from");
      // Two rows of the photo to one of the model's: their mean, but for the edges.
      const y = Math.floor(i / 60);
      if (y > 0 && y < 19) assert.ok(Math.abs(value - (40 + 6 * y + 1.5 + (i % 3) * 20)) <= 1, `${value} in row ${y}`);
    }
    assert.deepEqual(
      [...new Set(flat)].sort((a, b) => a - b),
      [64, 128, 255],
    );
    assert.deepEqual(linked, jpeg);
  });

  it("says what it leaves out: other formats, unlabelled splits, hidden files", async () => {
    const place = placeImages(folder(), tiny(4, 2), tinySize, (i, label) => `train/${"ab"[label]}/${i}.png`);
    for (const path of ["test/1.png", "train/a/x.webp", "train/a/._0.png", "__MACOSX/train/a/0.png", ".cache/1.png"]) {
      mkdirSync(dirname(join(place, path)), { recursive: true });
      writeFileSync(join(place, path), pngOf(new Uint8Array(4), tinySize));
    }
    const { train, test, notes } = await readDataset(place, tinyReader);
    assert.deepEqual([train?.count, test], [4, undefined]);
    assert.deepEqual(notes?.slice(1), [
      "The test images lie in no class folders and were left out.",
      "Images of other formats than PNG and JPEG were left out: 1.",
    ]);
    const only = folder();
    writeFileSync(join(only, "x.webp"), "RIFF");
    await refuses(only, tinyReader, /of a format that is not read, such as x\.webp; convert them to PNG or JPEG\.$/);
    const mixed = placeImages(folder(), tiny(3, 1), tinySize, (i) => (i === 0 ? "cover.png" : `${i}/x.png`));
    assert.match((await readDataset(mixed, tinyReader)).notes?.[0] ?? "", /^Images lie beside folders of images/);
  });

  it("reads no more than the limits, of every class as many as there are, and tells how far it is", async () => {
    const sizes = [30, 5, 25];
    const labels = Uint8Array.from(sizes.flatMap((count, label) => new Array<number>(count).fill(label)));
    const images = { ...tiny(60, 1), labels };
    const place = folder();
    const names = (split: string) => (i: number, label: number) =>
      `${split}/${label}/${String(i).padStart(2, "0")}.png`;
    for (const split of ["train", "test"]) placeImages(place, images, tinySize, names(split));
    const heard: [number, number][] = [];
    const limit = { train: 27, test: 20 };
    const onProgress = (done: number, total: number) => void heard.push([done, total]);
    const { train, test } = await readDataset(place, { ...tinyReader, limit, learns: true, onProgress });
    const counts = (split: Split | undefined) =>
      sizes.map((_, label) => split?.labels?.filter((each) => each === label).length);
    assert.deepEqual(counts(test), [8, 5, 7]);
    // A tenth of what is read is held out for validation.
    assert.deepEqual(counts(train), [13, 5, 12]);
    assert.deepEqual(numbersIn(test).slice(0, 8), [0, 3, 7, 11, 15, 18, 22, 26], "evenly from the whole class");
    assert.deepEqual(heard, [[50, 50]]);
  });

  it("reads no training images that nobody learns from, beyond a glance, and no test images for validation", async () => {
    const place = folder();
    for (const split of ["train", "val", "test"]) {
      placeImages(place, tiny(12, 2), tinySize, (i, label) => `${split}/${label}/${i}.png`);
    }
    const present = async (reader: ImageReader) => {
      const { train, validation, test } = await readDataset(place, { ...tinyReader, ...reader });
      return [train?.count, validation?.count, test?.count];
    };
    assert.deepEqual(await present({}), [12, undefined, 12]);
    assert.deepEqual(await present({ learns: true }), [12, 12, 12]);
    assert.deepEqual(await present({ split: "validation", limit: { validation: 4 } }), [12, 4, undefined]);
    assert.deepEqual(await present({ split: "train", limit: { train: 6 } }), [6, undefined, undefined]);
  });

  it("holds no more than a gigabyte of pixels", () => {
    // 12,000 × 12,000 × 3 bytes are 432 MB an image: two fit.
    const layout = layoutOf([...Array(6).keys()].map((i) => `${i % 2}/${i}.png`));
    const { chosen, tooMany } = chooseImages(layout, {}, { height: 12_000, width: 12_000, channels: 3 });
    assert.deepEqual([chosen.get("test")?.length, tooMany], [2, 6]);
  });

  it("stops when cancelled", async () => {
    const place = placeImages(folder(), tiny(120, 2), tinySize, (i, label) => `${label}/${i}.png`);
    const cancel = new AbortController();
    const reading = readDataset(place, { ...tinyReader, signal: cancel.signal, onProgress: () => cancel.abort() });
    await assert.rejects(reading, (error) => SecateurError.is(error, "cancelled"));
  });

  it("tells a model's input from which images cannot be made", async () => {
    const place = placeImages(folder(), tiny(2, 1), tinySize, (i) => `${i}.png`);
    await refuses(
      place,
      { input: [null, 5] },
      /The model's input is \[\?,5\], which takes neither grey nor coloured images/,
    );
  });
});
