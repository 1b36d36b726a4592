import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { seriesColours, seriesShapes } from "../../../src/protocol/palette.ts";
import { projectRoot } from "../../support/corpus.ts";
import themes from "../../ui/themes.json" with { type: "json" };

const folder = join(projectRoot, "src", "webview", "styles");
const css = readdirSync(folder)
  .map((file) => readFileSync(join(folder, file), "utf8"))
  .join("\n");

describe("the page's styles", () => {
  it("take no colour but from the theme", () => {
    assert.doesNotMatch(css, /#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|lab|lch|oklch)a?\(/i);
  });

  it("use variables that VS Code's own themes have", () => {
    const known = new Set(Object.values(themes).flatMap(({ variables }) => Object.keys(variables)));
    const used = [...css.matchAll(/--vscode-[\w-]+/g)].map(([name]) => name);
    assert(used.length > 20);
    assert.deepEqual(
      used.filter((name) => !known.has(name)),
      [],
    );
  });

  it("define every variable of their own that they use, and each series' colour in every theme", () => {
    const defined = new Set([...css.matchAll(/(--[\w-]+)\s*:/g)].map(([, name]) => name));
    const used = [...css.matchAll(/var\((--(?!vscode-)[\w-]+)/g)].map(([, name]) => name);
    assert.deepEqual(
      used.filter((name) => !defined.has(name)),
      [],
    );
    for (const colour of seriesColours) {
      assert(defined.has(`--series-${colour}`) && css.includes(`.marker-${colour} `), colour);
      for (const { variables } of Object.values(themes)) assert(`--vscode-charts-${colour}` in variables, colour);
    }
  });

  it("give twenty runs a look of their own", () => {
    const looks = Array.from({ length: 20 }, (_, index) => [index % seriesColours.length, index % seriesShapes.length]);
    assert.equal(new Set(looks.map(String)).size, 20);
  });
});
