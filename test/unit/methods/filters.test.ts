import assert from "node:assert/strict";
import * as tfl from "@tensorflow/tfjs-layers";
import type { Engine } from "../../../src/pruning/engine/engine.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { checkFilters, filters } from "../../../src/pruning/methods/filters.ts";
import type { Model } from "../../../src/pruning/model/model.ts";
import { decodeFloats } from "../../../src/pruning/model/values.ts";
import { openWhenFree, withoutLeak } from "../engine/backends.ts";
import { dense, savedModel } from "../engine/models.ts";

const { layers } = tfl;

/** Two convolutions joined by a sum, a depthwise one behind it, and two outputs. */
function residual(): Promise<Model> {
  const conv = (name: string, kernelSize: number) => layers.conv2d({ name, filters: 4, kernelSize, padding: "same" });
  const input = tfl.input({ shape: [6, 6, 3], name: "in" });
  const first = conv("first", 1).apply(input) as tfl.SymbolicTensor;
  const second = conv("second", 3).apply(first) as tfl.SymbolicTensor;
  const sum = layers.add({ name: "sum" }).apply([first, second]) as tfl.SymbolicTensor;
  const depthwise = layers.depthwiseConv2d({ name: "depthwise", kernelSize: 3, depthMultiplier: 2 });
  const gap = layers.globalAveragePooling2d({ name: "gap" });
  const head = dense(2, "head");
  const output = [depthwise, gap, head].reduce((x, layer) => layer.apply(x) as tfl.SymbolicTensor, sum);
  return savedModel(tfl.model({ inputs: input, outputs: output }));
}

describe("pruning by chosen filters", function () {
  this.timeout(60_000);
  let engine: Engine;
  let model: Model;
  before(async () => {
    engine = await openWhenFree({ backend: "wasm", tfjsNodeFolders: [] });
    model = await residual();
  });
  after(() => engine.dispose());

  const prune = (remove: string, of = model) =>
    withoutLeak(() => filters(of, { remove }, { network: networkOf(of), engine: async () => engine }));
  const shape = (pruned: Model, name: string) => pruned.weights.get(name)?.shape;

  it("takes out exactly these, and what is tied to them", async () => {
    const { model: small, notes } = await prune("first: 1 2");
    assert.deepEqual(shape(small, "first/kernel"), [1, 1, 3, 2]);
    assert.deepEqual(shape(small, "second/kernel"), [3, 3, 2, 2]);
    assert.deepEqual(shape(small, "depthwise/depthwise_kernel"), [3, 3, 2, 2]);
    assert.deepEqual(shape(small, "head/kernel"), [4, 2]);
    const before = decodeFloats(model.weights.get("first/kernel") as never);
    const after = decodeFloats(small.weights.get("first/kernel") as never);
    assert.deepEqual(
      [...after],
      [...before].filter((_, i) => i % 4 === 0 || i % 4 === 3),
    );
    assert.deepEqual(notes, ["Removed 2 filters of first, with all that is tied to them: first 4 → 2, second 4 → 2."]);
  });

  it("takes a depthwise filter out with the channel it follows", async () => {
    const { model: small } = await prune("depthwise: 5");
    const before = decodeFloats(model.weights.get("second/kernel") as never);
    const after = decodeFloats(small.weights.get("second/kernel") as never);
    // Filter 5 is the second of channel 2.
    const kept = (i: number) => i % 4 !== 2 && Math.floor(i / 4) % 4 !== 2;
    assert.deepEqual(
      [...after],
      [...before].filter((_, i) => kept(i)),
    );
    assert.deepEqual(shape(small, "depthwise/depthwise_kernel"), [3, 3, 3, 2]);
  });

  it("counts the filters of several layers of a group once", async () => {
    const { model: small } = await prune("first: 0; second: 0 3");
    assert.deepEqual(shape(small, "first/kernel"), [1, 1, 3, 2]);
  });

  const refused: readonly (readonly [string, string, RegExp])[] = [
    [
      "a locked one",
      "head: 0",
      /^Filters? 0 of "head" cannot be removed, because layer "head" gives these channels out: .*; choose others\.$/,
    ],
    ["all that a layer has", "second: 0-3", /^Nothing would be left of the filters of "first"; leave at least one\.$/],
    ["one that there is not", "first: 4", /^There is no filter 4 in "first", which has 4, counted from 0\.$/],
  ];
  for (const [what, remove, sentence] of refused) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(prune(remove), { code: "bad-recipe", message: sentence });
    });
  }

  it("knows before anything is done whether the filters are there and may go", () => {
    const check = (remove: string) => checkFilters({ remove }, networkOf(model), model);
    assert.throws(() => check("third: 1"), /no layer "third".*first, second, depthwise, head/);
    assert.throws(() => check("gap: 1"), /Layer "gap" has no filters to remove/);
    for (const [, remove, message] of refused) assert.throws(() => check(remove), { code: "bad-recipe", message });
    check("first: 1");
  });
});
