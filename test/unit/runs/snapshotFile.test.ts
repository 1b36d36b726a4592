import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Snapshot } from "../../../src/pruning/checkpoint.ts";
import { readSnapshot, writeSnapshot } from "../../../src/pruning/runs/snapshotFile.ts";
import { useFolders } from "../../support/folders.ts";

describe("a snapshot in a file", () => {
  const folder = useFolders();
  const shared = new Float32Array(8).map((_, i) => i / 3);
  const snapshot: Snapshot = {
    json: { step: 7, words: ["größe", null], best: { loss: 0.1 + 0.2 } },
    arrays: new Map<string, Float32Array | Uint8Array>([
      ["mask", Uint8Array.of(1, 0, 1)],
      ["a/b weights", Float32Array.of(0.1, -0, Number.NaN, Number.POSITIVE_INFINITY, 2 ** -149)],
      ["a part of another", shared.subarray(3, 5)],
      ["nothing", new Float32Array()],
    ]),
  };

  it("reads back as it was, bit for bit, and leaves nothing beside it", async () => {
    const path = join(folder(), "deeper", "checkpoint");
    await writeSnapshot(path, "0.1", { json: {}, arrays: new Map([["old", Float32Array.of(1)]]) });
    await writeSnapshot(path, "0.1", snapshot);
    assert.deepEqual(await readSnapshot(path, "0.1"), snapshot);
    assert.deepEqual(readdirSync(join(path, "..")), ["checkpoint"]);
  });

  it("is nothing where there is none, and for whoever did not write it", async () => {
    const path = join(folder(), "checkpoint");
    assert.equal(await readSnapshot(path, "0.1"), undefined);
    await writeSnapshot(path, "0.1", snapshot);
    assert.equal(await readSnapshot(path, "0"), undefined);
    assert.ok(existsSync(path));
  });

  it("is refused where any byte of it is wrong, or some are missing", async () => {
    const path = join(folder(), "checkpoint");
    await writeSnapshot(path, "0.1", snapshot);
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at++) {
      const bytes = Buffer.from(whole);
      bytes[at] = 0x40 ^ (bytes[at] as number);
      writeFileSync(path, bytes);
      await assert.rejects(readSnapshot(path, "0.1"), Error, `byte ${at}`);
    }
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      await assert.rejects(readSnapshot(path, "0.1"), Error, `${length} bytes`);
    }
  });
});
