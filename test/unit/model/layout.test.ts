import assert from "node:assert/strict";
import { join } from "node:path";
import * as fc from "fast-check";
import { isSafeLayout } from "../../../src/pruning/model/layout.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { writeModel } from "../../../src/pruning/model/write.ts";
import { decoded, weightsInBrowser } from "../../support/browser.ts";
import { filesIn, useFolders } from "../../support/folders.ts";
import { placeModel, type StoredGroup, type StoredWeight } from "../../support/modelFiles.ts";

/** Weights of bool, whose bytes may be cut anywhere, filled with 1, 2, 3 … so that a zero is a fault. */
function weightsOf(lengths: readonly number[]): StoredWeight[] {
  let next = 0;
  return lengths.map((length, i) => ({
    entry: { name: `w${i}`, shape: [length], dtype: "bool" },
    bytes: Uint8Array.from({ length }, () => (next++ % 255) + 1),
  }));
}

/** Each weight's length, whether a new group begins with it, and where its group's bytes are cut. */
const layouts = fc.array(
  fc.record({ length: fc.nat(12), newGroup: fc.boolean(), cuts: fc.array(fc.nat(12), { maxLength: 3 }) }),
  { minLength: 1, maxLength: 8 },
);

function groupsOf(layout: readonly { length: number; newGroup: boolean; cuts: number[] }[]): StoredGroup[] {
  const weights = weightsOf(layout.map(({ length }) => length));
  const groups: { weights: StoredWeight[]; sizes: number[] }[] = [];
  for (const [i, { newGroup, cuts }] of layout.entries()) {
    if (newGroup || groups.length === 0) groups.push({ weights: [], sizes: [...cuts, 0] });
    groups.at(-1)?.weights.push(weights[i] as StoredWeight);
  }
  return groups;
}

describe("layout of weight files", () => {
  const folder = useFolders();

  it("is called safe exactly when TensorFlow.js decodes it right", async () => {
    const sizes = fc.array(fc.nat(5), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(sizes, async (lengths) => {
        const total = lengths.reduce((sum, length) => sum + length, 0);
        const bytes = Uint8Array.from({ length: total }, (_, i) => i + 1);
        const startOf = (file: number) => lengths.slice(0, file).reduce((sum, length) => sum + length, 0);
        const files = lengths.map((length, i) => bytes.slice(startOf(i), startOf(i) + length).buffer);
        const specs = [...bytes].map((value) => ({ name: `${value}`, shape: [1], dtype: "bool" as const }));
        const read = await decoded(files, specs).then(
          (weights) => [...weights.values()].map(({ values }) => values[0]),
          () => [],
        );
        assert.equal(isSafeLayout(lengths), Buffer.from(read as number[]).equals(bytes), `sizes ${lengths}`);
      }),
      { numRuns: 200, examples: [[[4, 24]], [[4, 4, 20]], [[4, 8, 16]], [[16, 12]], [[0, 5]], [[5, 0]], [[1, 1, 2]]] },
    );
  });

  it("as written decodes right in a browser, whatever groups and files the model came in", async () => {
    await fc.assert(
      fc.asyncProperty(layouts, async (layout) => {
        const groups = groupsOf(layout);
        const root = folder();
        const written = await writeModel(await readModel(placeModel(root, { groups })), join(root, "out"));
        const weights = await weightsInBrowser(written);
        for (const { entry, bytes } of groups.flatMap((group) => group.weights)) {
          const { values, shape } = weights.get(entry.name as string) ?? { values: [], shape: [] };
          assert.deepEqual([...values], [...bytes]);
          assert.deepEqual(shape, entry.shape);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("stays as it was where it is safe: every file keeps its name and its bytes", async () => {
    await fc.assert(
      fc.asyncProperty(layouts, async (layout) => {
        const groups = groupsOf(layout);
        const root = folder();
        const path = placeModel(join(root, "in"), { groups });
        const files = filesIn(join(root, "in"));
        const sizes = groups.flatMap((_, i) =>
          [...files].filter(([name]) => name.startsWith(`group${i + 1}-`)).map(([, bytes]) => bytes.length),
        );
        fc.pre(isSafeLayout(sizes));
        await writeModel(await readModel(path), join(root, "out"));
        assert.deepEqual(filesIn(join(root, "out")), files);
      }),
      { numRuns: 25 },
    );
  });

  it("is made anew where two groups name the same file, which cannot be written twice", async () => {
    const [a, b] = weightsOf([4, 4]) as [StoredWeight, StoredWeight];
    const same = { ...b, bytes: a.bytes };
    const groups = [
      { weights: [a], paths: ["weights.bin"] },
      { weights: [same], paths: ["./weights.bin"] },
    ];
    const out = await writeModel(await readModel(placeModel(folder(), { groups })), join(folder(), "out"));
    assert.deepEqual([...filesIn(join(out, "..")).keys()], ["group1-shard1of1.bin", "model.json"]);
    const weights = await weightsInBrowser(out);
    assert.deepEqual([...(weights.get("w0")?.values ?? [])], [...a.bytes]);
    assert.deepEqual([...(weights.get("w1")?.values ?? [])], [...a.bytes]);
  });

  it("is made anew where a weight file has the name that model.json is written by", async () => {
    const groups = [{ weights: weightsOf([4]), paths: ["model.json"] }];
    const path = placeModel(folder(), { name: "net.json", groups });
    const out = await writeModel(await readModel(path), join(folder(), "out"));
    assert.deepEqual([...((await weightsInBrowser(out)).get("w0")?.values ?? [])], [1, 2, 3, 4]);
  });
});
