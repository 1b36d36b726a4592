import assert from "node:assert/strict";
import { nameWithout, skipOf } from "../../../../src/extension/wizard/skipped.ts";
import type { Network } from "../../../../src/pruning/graph/network.ts";
import { chooseLayers } from "../../../../src/pruning/methods/layers.ts";

describe("extension/wizard/skipped", () => {
  it("writes layers so that a recipe skips exactly these, whatever their names hold", () => {
    const names = ["conv", "a,b", "a*b,c", "axb,c", "outer/inner:0", "w[1],(2)", "aXb", "back\\slash", "!not"];
    const layers = names.map((name) => ({ name, prunable: true }));
    const network = { inputs: [], outputs: [], layers } as unknown as Network;
    for (const name of names) {
      const left = chooseLayers(network, { skip: skipOf([name]) }).map((layer) => layer.name);
      assert.deepEqual(
        left,
        names.filter((each) => each !== name),
        name,
      );
    }
    const some = chooseLayers(network, { skip: skipOf(["conv", "a,b"]) });
    assert.deepEqual(
      some.map(({ name }) => name),
      names.slice(2),
    );
    assert.equal(skipOf([]), undefined);
  });

  it("names in titles what is left out", () => {
    assert.equal(nameWithout("mnist", []), "mnist");
    assert.equal(nameWithout("mnist", ["a"]), "mnist without a");
    assert.equal(nameWithout("mnist", ["a", "b"]), "mnist without a, b");
    assert.equal(nameWithout("mnist", ["a", "b", "c"]), "mnist without a, b and 1 other");
    assert.equal(nameWithout("mnist", ["a", "b", "c", "d"]), "mnist without a, b and 2 others");
  });
});
