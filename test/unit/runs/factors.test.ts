import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { keepFactors, readFactors } from "../../../src/pruning/runs/factors.ts";
import { factorsFile } from "../../../src/pruning/runs/folder.ts";
import { useFolders } from "../../support/folders.ts";
import { factors } from "../../support/panelRuns.ts";

describe("the factors of a run", () => {
  const folder = useFolders();

  it("are none before a step trains some", async () => {
    assert.deepEqual(await readFactors(folder()), []);
  });

  it("stand for each step once, as they were last kept, in the order the steps were begun", async () => {
    const place = folder();
    const first = { ...factors, place: "0" };
    const second = { ...factors, place: "1", gamma: 0.5 };
    for (const record of [first, second, { ...first, step: 4000 }]) await keepFactors(place, record);
    assert.deepEqual(await readFactors(place), [{ ...first, step: 4000 }, second]);
  });

  it("are refused when they would not read back", async () => {
    const place = folder();
    await assert.rejects(keepFactors(place, { ...factors, gamma: Number.POSITIVE_INFINITY }));
    assert.deepEqual(await readFactors(place), []);
  });

  it("say which file to remove where it cannot be read", async () => {
    const place = folder();
    writeFileSync(factorsFile(place), '{"version": 1, "analyses": [{"place": "0"}]}');
    await assert.rejects(readFactors(place), {
      code: "bad-run",
      message: /factors\.json cannot be read back .*; remove it/,
    });
  });
});
