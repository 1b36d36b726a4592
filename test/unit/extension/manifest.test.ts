import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { commands, contextKeys, panels, views } from "../../../src/extension/ids.ts";
import { weightCriterionNames } from "../../../src/pruning/criteria/registry.ts";
import { backendChoices } from "../../../src/pruning/recipe/schema.ts";
import { projectRoot } from "../../support/corpus.ts";

// package.json and the code must agree on names: VS Code checks none of them.

interface MenuItem {
  readonly command: string;
  readonly when?: string;
}

describe("extension/manifest", () => {
  const text = readFileSync(join(projectRoot, "package.json"), "utf8");
  const manifest = JSON.parse(text);
  const { contributes } = manifest;
  const menus: [string, MenuItem[]][] = Object.entries(contributes.menus);
  const everyWhen = menus.flatMap(([, items]) => items.map(({ when }) => when ?? ""));

  it("declares the commands that are registered, and no others", () => {
    const declared = contributes.commands.map(({ command }: MenuItem) => command);
    assert.deepEqual(declared.toSorted(), Object.values(commands).toSorted());
    assert.ok(contributes.commands.every(({ category }: { category: string }) => category === "Secateur"));
  });

  it("has in its menus only commands it declares", () => {
    const known = new Set<string>(Object.values(commands));
    for (const [menu, items] of menus)
      for (const { command } of items) assert.ok(known.has(command), `${command} in ${menu}`);
  });

  it("declares the views and the panel", () => {
    assert.deepEqual(
      contributes.views.secateur.map(({ id }: { id: string }) => id).toSorted(),
      Object.values(views).toSorted(),
    );
    assert.deepEqual(manifest.activationEvents, [`onWebviewPanel:${panels.pareto}`]);
  });

  it("asks in its menus only for context keys that are set", () => {
    const known = new Set<string>([...Object.values(contextKeys), ...Object.values(views)]);
    for (const when of everyWhen)
      for (const [key] of when.matchAll(/\bsecateur\.(?!runs\.\+)\w+/g)) assert.ok(known.has(key), `${key} in ${when}`);
  });

  it("has words for every %key%, and none that nobody uses", () => {
    const words = JSON.parse(readFileSync(join(projectRoot, "package.nls.json"), "utf8"));
    const used = [...text.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key);
    assert.deepEqual([...new Set(used)].sort(), Object.keys(words).sort());
  });

  it("names only pictures that exist", () => {
    for (const [, path] of text.matchAll(/"(media\/[^"]+)"/g))
      assert.ok(existsSync(join(projectRoot, String(path))), path);
  });

  it("offers the backends and criteria there are", () => {
    const { properties } = contributes.configuration;
    assert.deepEqual(properties["secateur.backend"].enum, [...backendChoices]);
    assert.deepEqual(properties["secateur.layers.criterion"].enum, [...weightCriterionNames]);
  });

  describe("before the workspace has been looked at", () => {
    const shown = (file: string) => {
      const when = contributes.menus["explorer/context"][0].when as string;
      const pattern = /!\(resourceFilename =~ \/(.+)\/i\)$/.exec(when)?.[1];
      assert.ok(pattern, "the menu's clause has another form");
      return file.endsWith(".json") && !new RegExp(pattern, "i").test(file);
    };

    it("offers Prune Model… on any JSON that may be a model", () => {
      for (const file of ["model.json", "mnist.json", "gear.json", "movenet-lightning.json"])
        assert.ok(shown(file), file);
    });

    it("does not on files everyone knows to be something else", () => {
      for (const file of [
        "package.json",
        "package-lock.json",
        "tsconfig.build.json",
        "settings.json",
        ".eslintrc.json",
      ])
        assert.ok(!shown(file), file);
      for (const file of ["jest.config.json", "a.recipe.json", "weights_manifest.json", "metadata.json", "notes.txt"])
        assert.ok(!shown(file), file);
    });
  });
});
