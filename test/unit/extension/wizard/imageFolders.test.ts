import assert from "node:assert/strict";
import { imageFoldersAmong } from "../../../../src/extension/wizard/imageFolders.ts";

/** Paths of images in folders, so many in each. */
const images = (counts: Readonly<Record<string, number>>): string[] =>
  Object.entries(counts).flatMap(([folder, count]) => Array.from({ length: count }, (_, i) => `${folder}/${i}.png`));

describe("extension/wizard/imageFolders", () => {
  const cases: readonly (readonly [string, Readonly<Record<string, number>>, readonly string[]])[] = [
    ["the folder around classes", { "data/pets/cat": 15, "data/pets/dog": 15 }, ["data/pets"]],
    [
      "the folder around splits of classes",
      { "d/train/cat": 9, "d/train/dog": 9, "d/test/cat": 2, "d/test/dog": 2 },
      ["d"],
    ],
    ["the folder around splits without classes", { "d/train": 30, "d/val": 30 }, ["d"]],
    ["a folder of many images", { photos: 40, "my/photos": 40 }, ["my/photos", "photos"]],
    ["classes at the top one by one, never the workspace itself", { cat: 30, dog: 30 }, ["cat", "dog"]],
    ["no folder of a few images", { pictures: 19, "src/a": 3, "src/b": 3 }, []],
    ["nothing that a site shows", { public: 50, "app/assets/img": 50, "docs/images": 50, "media/x": 50 }, []],
    ["no folder within another", { "d/train/cat": 30, "d/train/dog": 30, "d/train/dog/old": 30 }, ["d"]],
  ];
  for (const [what, counts, expected] of cases) {
    it(`offers ${what}`, () => assert.deepEqual(imageFoldersAmong(images(counts)), expected));
  }
});
