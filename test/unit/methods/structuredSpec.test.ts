import assert from "node:assert/strict";
import * as v from "valibot";
import { type StructuredOptions, structuredSpec } from "../../../src/pruning/methods/structuredSpec.ts";

describe("options of structured pruning", () => {
  it("take one share of filters, parameters, MACs or bytes", () => {
    for (const [options, problem] of [
      [{ filters: 0.5 }, undefined],
      [{ macs: 0, criterion: "taylor" }, undefined],
      [{}, "Structured pruning needs one of filters, parameters, macs, bytes, and none is given."],
      [
        { filters: 0.5, bytes: 0.5 },
        "Structured pruning needs one of filters, parameters, macs, bytes, and filters and bytes are given.",
      ],
    ] as [StructuredOptions, string | undefined][]) {
      assert.equal(structuredSpec.problem(options), problem);
    }
  });

  it("take numbers in their range only", () => {
    const takes = (options: unknown) => v.is(structuredSpec.options, options);
    for (const options of [{ filters: 0 }, { macs: 0.999 }, { minWidth: 8 }, { maxShare: 1 }, { iterations: 5 }]) {
      assert.ok(takes(options), JSON.stringify(options));
    }
    for (const options of [
      { filters: 1 },
      { parameters: -0.1 },
      { minWidth: 0 },
      { roundTo: 1.5 },
      { maxShare: 0 },
      { maxShare: 1.1 },
      { iterations: 0 },
      { form: "thin" },
      { criterion: "beauty" },
      { scope: "group" },
    ]) {
      assert.ok(!takes(options), JSON.stringify(options));
    }
  });

  it("say what they need beside the model, by their criterion", () => {
    const needs = (options: StructuredOptions) => structuredSpec.needs?.(options);
    assert.equal(needs({ filters: 0.5 }), "nothing");
    assert.equal(needs({ filters: 0.5, criterion: "random" }), "nothing");
    assert.equal(needs({ filters: 0.5, criterion: "activation" }), "images");
    assert.equal(needs({ filters: 0.5, criterion: "taylor" }), "labels");
  });

  it("make a short label, another for whatever may be swept", () => {
    for (const [options, label] of [
      [{ filters: 0.5 }, "structured 50 % of filters"],
      [{ macs: 0.125, criterion: "fpgm", scope: "layer" }, "structured 12.5 % of MACs per layer by fpgm"],
      [{ bytes: 0.3, iterations: 1, scope: "global" }, "structured 30 % of weight bytes"],
      [
        { parameters: 0.5, iterations: 4, minWidth: 2, roundTo: 8, maxShare: 0.75, form: "masked", skip: "conv1" },
        "structured 50 % of parameters in 4 parts keeping 2 in multiples of 8 at most 75 % each masked without conv1",
      ],
      [
        { filters: 0.5, normalize: "lamp", members: "all", images: 64 },
        "structured 50 % of filters normalised by lamp over all members on 64 images",
      ],
    ] as [StructuredOptions, string][]) {
      assert.equal(structuredSpec.label(options), label);
    }
  });

  it("each carry a title and words for help and wizard", () => {
    for (const [name, entry] of Object.entries(structuredSpec.options.entries)) {
      assert.match(v.getTitle(entry.wrapped) ?? "", /^[A-Z]/, name);
      assert.match(v.getDescription(entry.wrapped) ?? "", /\.$/, name);
    }
  });
});
