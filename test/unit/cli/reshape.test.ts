import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { magnitude } from "../../../src/pruning/methods/magnitude.ts";
import { countWeights, sparsityOf } from "../../../src/pruning/metrics/counts.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { writeModel } from "../../../src/pruning/model/write.ts";
import { filesIn, useFolders } from "../../support/folders.ts";
import { placeModel } from "../../support/modelFiles.ts";
import { secateur } from "../../support/program.ts";
import { sampleModel } from "../../support/samples.ts";
import { tinyGraphModel } from "../../support/tinyModels.ts";

describe("secateur shrink and expand in a terminal", function () {
  this.timeout(60_000);
  const folder = useFolders();

  /** The sample with nearly all of its weights at zero. */
  async function sparse(): Promise<string> {
    const model = await readModel(sampleModel);
    const pruned = magnitude(model, { sparsity: 0.98 }, { network: networkOf(model) });
    return writeModel(pruned.model, join(folder(), "sparse"));
  }
  /** What is counted of a model file. */
  async function counted(path: string) {
    const model = await readModel(path);
    const { parameters, nonZero, macs, prunable, prunableNonZero } = countWeights(model, networkOf(model));
    return { parameters, nonZero, macs, sparsity: sparsityOf(prunableNonZero, prunable) };
  }

  it("makes a sparse model smaller and puts it back, telling sizes as they are in the files", async () => {
    const path = await sparse();
    const before = filesIn(dirname(path));
    const shrunk = await secateur(["shrink", path, "--backend", "wasm", "--json"]);
    assert.equal(shrunk.status, 0, shrunk.stderr);
    const small = JSON.parse(shrunk.stdout);
    assert.equal(small.model, join(`${dirname(path)}-shrunk`, "model.json"));
    assert.deepEqual(filesIn(dirname(path)), before);
    for (const [sizes, file] of [
      [small.before, path],
      [small.after, small.model],
    ]) {
      const { bytes, ...rest } = sizes;
      assert.deepEqual(rest, await counted(file));
      const files = [...filesIn(dirname(file)).values()];
      assert.equal(
        bytes,
        files.reduce((sum, { length }) => sum + length, 0),
      );
    }
    assert.ok(small.after.parameters < small.before.parameters);
    assert.match(small.notes[0], /taken out/);

    const out = join(folder(), "back");
    const expanded = await secateur(["expand", small.model, sampleModel, "--backend", "wasm", "--out", out, "--json"]);
    assert.equal(expanded.status, 0, expanded.stderr);
    const large = JSON.parse(expanded.stdout);
    assert.equal(large.model, join(out, "model.json"));
    assert.equal(large.after.parameters, small.before.parameters);
    assert.deepEqual(networkOf(await readModel(large.model)), networkOf(await readModel(sampleModel)));
  });

  it("prints a table, and keeps a least width", async () => {
    const { status, stdout } = await secateur(["shrink", await sparse(), "--min-width", "30", "--backend", "wasm"]);
    assert.equal(status, 0);
    assert.match(stdout, /Parameters +Not zero +MACs +Size +Sparsity\nbefore +96,186 .*\nafter +\d\d,\d{3} /);
    assert.match(stdout, /\nModel: .*sparse-shrunk.model\.json\n$/);
  });

  it("writes nothing where nothing does nothing, and says why", async () => {
    const out = join(folder(), "out");
    const { status, stdout } = await secateur(["shrink", sampleModel, "--out", out]);
    assert.equal(status, 0);
    assert.match(stdout, /^Nothing was taken out: .*\.\n$/);
    const graph = await secateur(["shrink", placeModel(folder(), tinyGraphModel), "--out", out, "--json"]);
    assert.equal(graph.status, 0);
    assert.equal(JSON.parse(graph.stdout).model, null);
    assert.ok(!existsSync(out));
  });

  it("fails in one sentence where models do not belong together, files are missing or the place is taken", async () => {
    const taken = folder();
    for (const [args, message] of [
      [["expand", sampleModel, sampleModel], /does not say which channels were taken out/],
      [["shrink", join(taken, "none.json")], /does not exist/],
      [["shrink", await sparse(), "--out", taken, "--backend", "wasm"], /exists already/],
    ] as const) {
      const { status, stdout, stderr } = await secateur(args);
      assert.equal(status, 1);
      assert.equal(stdout, "");
      assert.match(stderr, message);
    }
  });

  it("calls wrong usage wrong usage", async () => {
    for (const args of [["shrink"], ["expand", sampleModel], ["shrink", sampleModel, "--min-width", "0"]]) {
      assert.equal((await secateur(args)).status, 2, args.join(" "));
    }
  });
});
