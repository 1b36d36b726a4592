import assert from "node:assert/strict";
import * as v from "valibot";
import { type MagnitudeOptions, magnitudeSpec } from "../../../src/pruning/methods/magnitudeSpec.ts";

describe("options of magnitude pruning", () => {
  it("take one of sparsity, threshold and quality, and a scope only with a sparsity", () => {
    const none = "Magnitude pruning needs one of sparsity, threshold, quality, and none is given.";
    for (const [options, problem] of [
      [{ sparsity: 0 }, undefined],
      [{ threshold: 0.1, layers: "conv*" }, undefined],
      [{ quality: 0.5 }, undefined],
      [{ sparsity: 0.5, scope: "layer" }, undefined],
      [{}, none],
      [{ layers: "conv*" }, none],
      [{ scope: "global" }, none],
      [
        { sparsity: 0.5, quality: 1 },
        "Magnitude pruning needs one of sparsity, threshold, quality, and sparsity and quality are given.",
      ],
      [{ threshold: 0.5, scope: "layer" }, "A scope goes with a sparsity; leave it out."],
    ] as [MagnitudeOptions, string | undefined][]) {
      assert.equal(magnitudeSpec.problem(options), problem);
    }
  });

  it("take numbers in their range only", () => {
    const takes = (options: unknown) => v.is(magnitudeSpec.options, options);
    for (const options of [{ sparsity: 0 }, { sparsity: 0.999 }, { threshold: 0 }, { quality: 3 }]) {
      assert.ok(takes(options), JSON.stringify(options));
    }
    for (const options of [
      { sparsity: 1 },
      { sparsity: -0.01 },
      { sparsity: Number.NaN },
      { sparsity: "0.5" },
      { threshold: -1 },
      { quality: -1 },
      { scope: "all" },
      { layers: 1 },
    ]) {
      assert.ok(!takes(options), JSON.stringify(options));
    }
  });

  it("make a short label", () => {
    for (const [options, label] of [
      [{ sparsity: 0.6 }, "magnitude 60 %"],
      [{ sparsity: 0.125, scope: "layer" }, "magnitude 12.5 % per layer"],
      [{ sparsity: 0.5, scope: "global" }, "magnitude 50 %"],
      [{ threshold: 0.0123 }, "magnitude below 0.0123"],
      [{ quality: 0.7, layers: "conv*", skip: "conv1" }, "magnitude quality 0.7 of conv* without conv1"],
    ] as [MagnitudeOptions, string][]) {
      assert.equal(magnitudeSpec.label(options), label);
    }
  });

  it("each carry a title and words for help and wizard", () => {
    for (const [name, entry] of Object.entries(magnitudeSpec.options.entries)) {
      assert.match(v.getTitle(entry.wrapped) ?? "", /^[A-Z]/, name);
      assert.match(v.getDescription(entry.wrapped) ?? "", /\.$/, name);
    }
  });
});
