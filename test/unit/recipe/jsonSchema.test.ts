import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { recipeJsonSchema } from "../../../src/pruning/recipe/jsonSchema.ts";
import { projectRoot } from "../../support/corpus.ts";

describe("the JSON schema of recipes", () => {
  it("is what schemas/recipe.schema.json holds; else write it with: node --import tsx scripts/writeSchema.ts", () => {
    const file = readFileSync(join(projectRoot, "schemas", "recipe.schema.json"), "utf8");
    assert.equal(file, recipeJsonSchema());
  });

  it("has a form for every step, with words for each of its fields", () => {
    const { properties } = JSON.parse(recipeJsonSchema());
    const forms = properties.steps.items.anyOf as { properties: Record<string, { properties?: object }> }[];
    const kinds = ["prune", "fineTune", "distill", "recalibrate", "reinitialize", "shrink", "expand", "sensitivity"];
    for (const kind of kinds)
      assert.ok(
        forms.some((form) => kind in form.properties),
        kind,
      );
    // Methods that train between iterations take a fineTune too.
    const step = forms.find(({ properties: fields }) => "fineTune" in fields && !("prune" in fields));
    const fineTune = step?.properties.fineTune;
    assert.ok(fineTune && "learningRate" in (fineTune.properties ?? {}));
    assert.match(JSON.stringify(fineTune), /Passes over the training images/);
  });
});
