import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { criteria, needsOf } from "../../../src/pruning/criteria/registry.ts";
import { projectRoot } from "../../support/corpus.ts";

describe("docs/criteria.md", () => {
  it("lists the criteria there are, with their own words", () => {
    const page = readFileSync(join(projectRoot, "docs", "criteria.md"), "utf8");
    const rows = page.split("\n").filter((line) => line.startsWith("| `"));
    assert.deepEqual(
      rows,
      criteria.map(
        (criterion) =>
          `| \`${criterion.name}\` | ${criterion.title} | ${needsOf(criterion)} | ${criterion.description} |`,
      ),
    );
  });
});
