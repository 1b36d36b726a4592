import assert from "node:assert/strict";
import { onlyForward, partOf } from "../../src/pruning/progress.ts";

describe("progress", () => {
  function heard() {
    const told: [number, string][] = [];
    return { told, progress: (fraction: number, message: string) => void told.push([fraction, message]) };
  }

  it("never goes back, and passes every message on", () => {
    const { told, progress } = heard();
    const forward = onlyForward(progress);
    for (const fraction of [0, 0.5, 0.2, 0.5, 0.7]) forward(fraction, `${fraction}`);
    assert.deepEqual(told, [
      [0, "0"],
      [0.5, "0.5"],
      [0.5, "0.2"],
      [0.5, "0.5"],
      [0.7, "0.7"],
    ]);
  });

  it("of a part is scaled into the whole, and stays within the part", () => {
    const { told, progress } = heard();
    const part = partOf(progress, 0.5, 0.25);
    for (const fraction of [-1, 0, 0.5, 1, 7]) part(fraction, "");
    assert.deepEqual(
      told.map(([fraction]) => fraction),
      [0.5, 0.5, 0.625, 0.75, 0.75],
    );
  });
});
