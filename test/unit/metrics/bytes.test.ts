import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { measureBytes } from "../../../src/pruning/metrics/bytes.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { useFolders } from "../../support/folders.ts";
import { placeModel, type StoredWeight } from "../../support/modelFiles.ts";
import { tinyLayersModel } from "../../support/tinyModels.ts";

describe("measuring bytes", () => {
  const folder = useFolders();

  /** The truth: what the files of a folder weigh, as they are and gzipped one by one. */
  function weigh(path: string): { bytes: number; gzipBytes: number } {
    const files = readdirSync(dirname(path)).map((name) => readFileSync(join(dirname(path), name)));
    const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);
    return {
      bytes: sum(files.map((file) => file.length)),
      gzipBytes: sum(files.map((file) => gzipSync(file, { level: 6 }).length)),
    };
  }

  it("gives the sizes of the files, and of the files gzipped", async () => {
    const path = placeModel(folder(), tinyLayersModel);
    assert.deepEqual(await measureBytes(await readModel(path)), weigh(path));
  });

  it("gives them within 1 % where it samples, however differently sparse the layers are", async function () {
    this.timeout(60_000);
    const weights = [
      sparse("dense", 3_000_000, 0),
      sparse("half", 4_000_000, 0.5),
      sparse("empty", 0, 0),
      sparse("bias", 100, 1),
      sparse("nearly", 1_500_000, 0.98),
    ];
    const path = placeModel(folder(), { topology: {}, groups: [{ weights }] });
    const truth = weigh(path);
    const measured = await measureBytes(await readModel(path));
    assert.equal(measured.bytes, truth.bytes);
    assert.notEqual(measured.gzipBytes, truth.gzipBytes, "it is not sampled at all");
    const error = Math.abs(measured.gzipBytes / truth.gzipBytes - 1);
    assert.ok(error < 0.01, `${measured.gzipBytes} against ${truth.gzipBytes}`);
  });
});

/** Floats between 1 and 2 with random mantissas, and zeros among them. */
function sparse(name: string, length: number, sparsity: number): StoredWeight {
  const random = xoroshiro128plus(length + 1);
  const bits = new Uint32Array(length);
  for (let i = 0; i < length; i++) {
    const isZero = (random.next() >>> 0) / 2 ** 32 < sparsity;
    bits[i] = isZero ? 0 : 0x3f800000 | (random.next() & 0x7fffff);
  }
  return { entry: { name, shape: [length], dtype: "float32" }, bytes: new Uint8Array(bits.buffer) };
}
