import assert from "node:assert/strict";
import { spareFilters } from "../../../src/pruning/criteria/spareFilters.ts";
import type { Layer } from "../../../src/pruning/graph/network.ts";
import { withWeights } from "../../../src/pruning/model/model.ts";
import { floatWeight } from "../engine/models.ts";
import { modelOf } from "../graph/tfjs.ts";
import { rowsOfNumbers } from "./evidence.ts";

const layer: Layer = {
  name: "layer",
  type: "Op",
  outputShape: null,
  macs: null,
  prunable: true,
  weights: [{ name: "w", role: "kernel", filterAxes: [1] }],
};

/** Dead and duplicate filters of a kernel `[length, filters]`. */
function spare(filters: readonly (readonly number[])[]) {
  const shape = [filters[0]?.length ?? 0, filters.length];
  const values = Array.from({ length: filters.length * (shape[0] as number) }, (_, i) => {
    const [place, filter] = [Math.floor(i / filters.length), i % filters.length];
    return filters[filter]?.[place] ?? 0;
  });
  const model = withWeights(modelOf("graph-model", {}, { w: shape }), [floatWeight("w", shape, values)]);
  const { dead, duplicates } = spareFilters(model, layer);
  return { dead: [...dead], duplicates: Object.fromEntries(duplicates) };
}

describe("dead and duplicate filters", () => {
  it("are all zeros, or equal to an earlier one", () => {
    const found = spare([
      [0, 0],
      [1, 2],
      [2, 1],
      [1, 2],
      [0, -0],
      [-1, -2],
      [1, 2],
    ]);
    assert.deepEqual(found, { dead: [0, 4], duplicates: { 3: 1, 6: 1 } });
  });

  it("are equal up to rounding, and no further", () => {
    const filters = rowsOfNumbers(40, 30, 1);
    const nearly = filters[7]?.map((value) => value * (1 + 2 ** -22)) ?? [];
    const almost = filters[9]?.map((value, i) => (i === 3 ? value + 1e-4 : value)) ?? [];
    assert.deepEqual(spare([...filters, nearly, almost]), { dead: [], duplicates: { 40: 7 } });
    const tiny = filters.map((filter) => filter.map((value) => value * 1e-30));
    assert.deepEqual(spare([...tiny, tiny[0] ?? []]), { dead: [], duplicates: { 40: 0 } });
  });

  it("are found among thousands of equal length", () => {
    const directions = Array.from({ length: 4000 }, (_, i) => [Math.cos(i), Math.sin(i), 0, 0]);
    assert.deepEqual(spare([...directions, directions[5] ?? []]), { dead: [], duplicates: { 4000: 5 } });
  });

  it("do not exist in a layer without kernels", () => {
    const model = modelOf("graph-model", {}, { w: [2, 2] });
    const { dead, duplicates } = spareFilters(model, { ...layer, prunable: false });
    assert.deepEqual([dead.size, duplicates.size], [0, 0]);
  });
});
