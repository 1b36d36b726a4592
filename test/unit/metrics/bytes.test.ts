import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { measureBytes } from "../../../src/pruning/metrics/bytes.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { writeModel } from "../../../src/pruning/model/write.ts";
import { corpusTable } from "../../support/corpusModels.ts";
import { useFolders } from "../../support/folders.ts";
import { float32, placeModel, type StoredWeight } from "../../support/modelFiles.ts";
import { skipBecause } from "../../support/skip.ts";
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

  it("gives what the files weigh that writeModel writes, laid out anew or not", async function () {
    const paths = corpusTable().flatMap(({ path, loads, elements }) => (path && loads && elements < 5e5 ? [path] : []));
    if (paths.length === 0) skipBecause(this, "the corpus is not there");
    // A longer last file, which is never written.
    paths.push(placeModel(folder(), { groups: [{ weights: [gaussian("w", 1000, 1)], sizes: [400, 3600] }] }));
    for (const path of paths) {
      const model = await readModel(path);
      assert.deepEqual(await measureBytes(model), weigh(await writeModel(model, join(folder(), "out"))), path);
    }
  });

  for (const [threshold, what] of [
    [0.03, "half of its weights"],
    [0.12, "most of its weights"],
  ] as const) {
    it(`gives them within 1 % where it samples: 40 MB, ${what} pruned, differently in each layer`, async function () {
      this.timeout(60_000);
      const weights = [
        gaussian("wide", 3_000_000, 0.02, threshold),
        gaussian("middle", 4_000_000, 0.05, threshold),
        gaussian("empty", 0, 1),
        gaussian("bias", 100, 1),
        gaussian("narrow", 3_000_000, 0.1, threshold),
      ];
      const path = placeModel(folder(), { groups: [{ weights }] });
      const truth = weigh(path);
      const measured = await measureBytes(await readModel(path));
      assert.equal(measured.bytes, truth.bytes);
      assert.notEqual(measured.gzipBytes, truth.gzipBytes, "it is not sampled at all");
      const error = Math.abs(measured.gzipBytes / truth.gzipBytes - 1);
      assert.ok(error < 0.01, `${measured.gzipBytes} against ${truth.gzipBytes}`);
    });
  }
});

/** Normally distributed floats about 0, those below a magnitude zero. */
function gaussian(name: string, length: number, deviation: number, threshold = 0): StoredWeight {
  const random = xoroshiro128plus(length + 1);
  const uniform = () => ((random.next() >>> 0) + 1) / 2 ** 32;
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const value = deviation * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    values[i] = Math.abs(value) < threshold ? 0 : value;
  }
  return float32(name, [length], values);
}
