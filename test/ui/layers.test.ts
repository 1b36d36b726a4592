import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { useSession } from "./support/session.ts";
import { until } from "./support/waiting.ts";

describe("A person who looks at the layers of a model", function () {
  this.timeout(120_000);
  const session = useSession({ settings: { "secateur.backend": "wasm", "workbench.hover.delay": 200 } });
  const rows = () => session().workbench.treeRows("Layers");
  const layer = (name: string) => rows().and(session().page.locator(`[aria-label^="${name}, "]`));
  const filters = () => rows().and(session().page.locator('[aria-label^="Filter "]'));

  before(async () => {
    const { workbench, page } = session();
    await page.setViewportSize({ width: 1440, height: 900 });
    await workbench.showSideBar("Secateur");
    await workbench.widenSideBar(160);
    await workbench.runCommand("Secateur: Inspect Layers", "file-code  mnist-cnn");
    await layer("conv1").waitFor();
  });

  it("sees which layer is locked, and how sparse each is", async () => {
    await layer("output").locator(".codicon-lock").waitFor();
    assert.match((await layer("conv1").textContent()) ?? "", /▱▱▱▱▱ 0 % · Conv2D/);
  });

  it("unfolds a layer, rests on a filter and sees its kernel", async () => {
    const { page } = session();
    await layer("conv1").dblclick();
    await filters().first().waitFor();
    await filters().nth(1).hover();
    const picture = page.locator(".monaco-hover img");
    await picture.waitFor();
    const size = await picture.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]);
    assert.deepEqual(size, [80, 80], "the picture is drawn");
    assert.match((await picture.getAttribute("alt")) ?? "", /^3 × 3 weights for 1 input, from/);
    await page.mouse.move(1000, 500);
  });

  it("chooses another criterion in the view's title", async () => {
    const { workbench, page } = session();
    const first = await filters().first().getAttribute("aria-label");
    await layer("conv1").hover();
    await page.locator(".pane-header .action-label[aria-label^='Rank Filters By']").click();
    await workbench.quickInput.pick("Geometric median");
    await until("filters ranked anew", async () => {
      const now = await filters().first().getAttribute("aria-label");
      return now !== first && /Geometric median/.test(now ?? "");
    });
  });

  it("unticks a layer, and the wizard leaves it out", async () => {
    const { workbench, page } = session();
    await layer("conv1").getByRole("checkbox").click();
    await until("the layer to say so", async () => /left out/.test((await layer("conv1").textContent()) ?? ""));
    await workbench.chooseFromContextMenu(await workbench.explorerRow("mnist-cnn/model.json"), "Prune Model…");
    await workbench.quickInput.shows("Prune mnist-cnn without conv1");
    await page.keyboard.press("Escape");
    await workbench.showSideBar("Secateur");
    await layer("conv1").getByRole("checkbox").click();
  });

  it("selects filters by the keyboard and prunes exactly these", async () => {
    const { workbench, page, folder } = session();
    await filters().first().click();
    const chosen: string[] = [];
    for (const label of [filters().nth(0), filters().nth(1)])
      chosen.push(/\d+/.exec((await label.getAttribute("aria-label")) ?? "")?.[0] ?? "");
    await page.keyboard.press("Shift+ArrowDown");
    await workbench.runCommand("Secateur: Prune These Filters…");
    await workbench.quickInput.shows("Prune mnist-cnn: without 2 filters of conv1");
    await workbench.quickInput.pick("circle-slash  No data");
    await workbench.notification(/Pruned 1 model/);
    const runs = join(folder, ".secateur", "runs");
    const [run] = readdirSync(runs);
    const recipe = JSON.parse(readFileSync(join(runs, String(run), "recipe.json"), "utf8"));
    const indices = chosen.map(Number).sort((a, b) => a - b);
    const expected = indices[1] === (indices[0] ?? 0) + 1 ? indices.join("-") : indices.join(" ");
    assert.deepEqual(recipe.steps, [{ prune: "filters", remove: `conv1: ${expected}` }]);
  });
});
