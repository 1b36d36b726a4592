import assert from "node:assert/strict";
import fc from "fast-check";
import { layoutOf } from "../../../../src/pruning/data/images/layout.ts";

/** Each split's groups, and how many images each has. */
function told(paths: readonly string[]): Record<string, Record<string, number>> {
  const counts = (groups: ReadonlyMap<string, readonly string[]>) =>
    Object.fromEntries([...groups].map(([name, below]) => [name, below.length]));
  return Object.fromEntries([...layoutOf(paths).sets].map(([name, groups]) => [name, counts(groups)]));
}

describe("layoutOf", () => {
  const cases: readonly (readonly [string, readonly string[], Record<string, Record<string, number>>])[] = [
    ["images in the folder itself", ["a.png", "b.png"], { all: { "": 2 } }],
    ["a folder a class", ["cat/1.png", "cat/2.png", "dog/1.png"], { all: { cat: 2, dog: 1 } }],
    ["classes whose images lie deeper", ["cat/x/1.png", "cat/y/z/2.png", "dog/1.png"], { all: { cat: 2, dog: 1 } }],
    ["a folder around it all", ["photos/2024/a.png", "photos/2024/b.png"], { all: { "": 2 } }],
    ["a folder around classes", ["pets/cat/1.png", "pets/dog/1.png"], { all: { cat: 1, dog: 1 } }],
    [
      "splits of classes, by any of their names",
      ["Train/cat/1.png", "Train/dog/1.png", "val/cat/2.png", "val/dog/2.png", "TEST/cat/3.png", "TEST/dog/3.png"],
      { train: { cat: 1, dog: 1 }, validation: { cat: 1, dog: 1 }, test: { cat: 1, dog: 1 } },
    ],
    ["splits without classes", ["train/1.png", "train/2.png", "test/1.png"], { train: { "": 2 }, test: { "": 1 } }],
    ["one split alone", ["train/cat/1.png", "train/dog/1.png"], { train: { cat: 1, dog: 1 } }],
    ["splits below a folder", ["set/train/a/1.png", "set/train/b/1.png"], { train: { a: 1, b: 1 } }],
    [
      "a folder around the classes of a split",
      ["test/images/a/1.png", "test/images/b/1.png"],
      { test: { a: 1, b: 1 } },
    ],
    ["a class that is named as a split", ["bus/1.png", "train/1.png"], { all: { bus: 1, train: 1 } }],
    ["images beside folders of images", ["cover.png", "cat/1.png", "dog/1.png"], { all: { "": 3 } }],
  ];
  for (const [what, paths, expected] of cases) {
    it(`reads ${what}`, () => assert.deepEqual(told(paths), expected));
  }

  it("says where images lie beside folders of images", () => {
    assert.equal(layoutOf(["cover.png", "cat/1.png"]).mixed, true);
    assert.equal(layoutOf(["test/cat/1.png", "test/cover.png"]).mixed, true);
    assert.equal(layoutOf(["cat/1.png", "dog/1.png"]).mixed, false);
    assert.equal(layoutOf(["1.png"]).mixed, false);
  });

  it("keeps every path exactly once, whatever the order they come in", () => {
    const name = fc.constantFrom("train", "val", "test", "a", "b", "c");
    const path = fc
      .tuple(fc.array(name, { maxLength: 3 }), fc.nat(20))
      .map(([dirs, i]) => [...dirs, `${i}.png`].join("/"));
    fc.assert(
      fc.property(fc.uniqueArray(path, { minLength: 1, maxLength: 30 }), (paths) => {
        const { sets } = layoutOf(paths);
        const kept = [...sets.values()].flatMap((groups) => [...groups.values()].flat());
        assert.deepEqual(kept.sort(), [...paths].sort());
        assert.deepEqual(layoutOf([...paths].reverse()), layoutOf(paths));
      }),
    );
  });
});
