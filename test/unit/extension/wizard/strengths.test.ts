import assert from "node:assert/strict";
import type { Strength } from "../../../../src/extension/wizard/answers.ts";
import { ascending, readStrengths } from "../../../../src/extension/wizard/strengths.ts";

describe("extension/wizard/strengths", () => {
  const readings: readonly (readonly [string, readonly Strength[]])[] = [
    ["0.03, 0.01", [0.01, 0.03]],
    ["Auto 1e-3; .5", ["auto", 0.001, 0.5]],
    ["auto, auto 0.1 0.1", ["auto", 0.1]],
    ["", []],
  ];
  for (const [typed, strengths] of readings) {
    it(`reads “${typed}”`, () => assert.deepEqual(readStrengths(typed), strengths));
  }

  it("refuses what is no strength, saying what to write", () => {
    for (const typed of ["0", "-1", "strong", "Infinity", "0.1 NaN"]) {
      assert.throws(() => readStrengths(typed), /is no strength; write auto, or numbers above 0/);
    }
  });

  it("puts auto first and leaves what it is given alone", () => {
    const given: Strength[] = [0.2, "auto", 0.1];
    assert.deepEqual(ascending(given), ["auto", 0.1, 0.2]);
    assert.deepEqual(given, [0.2, "auto", 0.1]);
  });
});
