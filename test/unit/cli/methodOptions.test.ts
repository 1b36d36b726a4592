import assert from "node:assert/strict";
import { Command } from "commander";
import * as v from "valibot";
import { type MethodOption, methodOptionsOf } from "../../../src/cli/methodOptions.ts";
import type { MethodSpec } from "../../../src/pruning/methods/spec.ts";

const described = (schema: v.GenericSchema, description: string) =>
  v.optional(v.pipe(schema, v.description(description)));

function method(name: string, entries: v.ObjectEntries): MethodSpec {
  return {
    name,
    title: name,
    description: name,
    options: v.object(entries),
    problem: () => undefined,
    label: () => name,
  };
}

const skip = described(v.string(), "All but these.");
const options = methodOptionsOf([
  method("one", {
    amount: described(v.number(), "How much."),
    scope: described(v.picklist(["a", "b"]), "Where."),
    skip,
  }),
  method("three", { dryRun: described(v.boolean(), "Whether to."), skip }),
  method("two", {
    minWidth: described(v.number(), "How wide."),
    scope: described(v.picklist(["a", "c"]), "How."),
    strength: described(v.union([v.number(), v.literal("auto")]), "How strongly."),
    skip,
  }),
]);

const named = (key: string): MethodOption["option"] => {
  const found = options.find((each) => each.key === key);
  assert.ok(found, key);
  return found.option;
};

describe("options of methods on the command line", () => {
  it("say which methods take them, and what they mean to each", () => {
    assert.equal(named("amount").description, "one: How much.");
    assert.equal(named("scope").description, "one: Where. two: How. One or more of a, b, c.");
    assert.equal(named("strength").description, "two: How strongly.");
    assert.equal(named("skip").description, "All but these.");
  });

  it("are named in the way of the command line, and read back under the recipe's names", () => {
    const command = new Command().exitOverride();
    for (const { option } of options) command.addOption(option);
    const given = ["--min-width", "8", "--amount", "0.3,0.6", "--scope", "a", "--skip", "x,y", "--dry-run"];
    command.parse([...given, "--strength", "auto,0.01"], { from: "user" });
    const read = { minWidth: 8, amount: [0.3, 0.6], scope: "a", skip: "x,y", dryRun: true, strength: ["auto", 0.01] };
    assert.deepEqual(command.opts(), read);
  });
});
