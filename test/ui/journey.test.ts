import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { FrameLocator } from "playwright-core";
import { projectRoot } from "../support/corpus.ts";
import { findPoint } from "./support/chart.ts";
import { useSession } from "./support/session.ts";
import { until } from "./support/waiting.ts";

/** Where the pictures go: into the documentation when asked to, with SECATEUR_PICTURES=docs. */
const images =
  process.env.SECATEUR_PICTURES === "docs"
    ? join(projectRoot, "docs", "images")
    : join(projectRoot, "test-results", "ui", "pictures");

/** The names in the chart's table, in its order. */
const trials = (panel: FrameLocator) => panel.locator(".trials tbody .trial").allTextContents();

describe("A person who prunes a model", function () {
  this.timeout(240_000);
  const session = useSession({
    settings: { "secateur.backend": "wasm", "secateur.data.limit": 2000, "workbench.hover.delay": 500 },
  });
  const all = ["unpruned", ...[30, 50, 70, 80, 90, 95].map((percent) => `magnitude ${percent} %`)];
  let panel: FrameLocator;

  before(() => mkdirSync(images, { recursive: true }));

  it("right-clicks model.json and is asked by which method, how sparse, where, and on which data", async () => {
    const { workbench } = session();
    const { quickInput } = workbench;
    await workbench.chooseFromContextMenu(await workbench.explorerRow("mnist-cnn/model.json"), "Prune Model…");
    await quickInput.shows("By which method?");
    await quickInput.accept();
    await quickInput.shows("How sparse?");
    await quickInput.type("30, 120");
    await quickInput.shows("120 is too much");
    await quickInput.type("30, 50, 70, 80, 90, 95");
    await quickInput.shows("6 Selected");
    await quickInput.accept();
    await quickInput.shows("Reach the sparsity where?");
    await quickInput.accept();
    await quickInput.shows("Measure accuracy on which data?");
    await quickInput.pick("database  data/mnist");
    await quickInput.shows("Fine-tune the pruned models");
    await quickInput.accept();
  });

  it("sees how far it is, and points appear one by one", async () => {
    const { workbench } = session();
    const progress = await workbench.notification("Pruning mnist-cnn");
    assert.ok(await progress.getByRole("button", { name: "Cancel" }).isVisible());
    panel = await workbench.webview("Pareto Chart");
    const counts = new Set<number>();
    await until(
      "the last trial",
      async () => {
        counts.add((await trials(panel)).length);
        return counts.has(all.length);
      },
      180_000,
    );
    assert.ok(counts.size > 3, `the table grew in steps: ${[...counts]}`);
    assert.deepEqual((await trials(panel)).map((name) => name.trim()).toSorted(), all.toSorted());
  });

  it("is told what came of it", async () => {
    const done = await session().workbench.notification(/Pruned 6 models: \d\d % sparse keeps 9\d\.\d % accuracy/);
    assert.ok(await done.getByRole("button", { name: "Show Chart" }).isVisible());
    await done.hover();
    await done.locator(".codicon-notifications-clear, .codicon-close").first().click();
  });

  it("points at a point and reads its numbers, clicks it, and sees its layers", async () => {
    const { workbench, page } = session();
    await page.setViewportSize({ width: 1440, height: 900 });
    await workbench.showSideBar("Secateur");
    await workbench.treeRows("Layers").first().waitFor();
    await workbench.widenSideBar(90);
    const { x, y } = await findPoint(page, panel, "magnitude 80 %");
    await page.mouse.click(x, y);
    await panel.locator(".details", { hasText: "magnitude 80 %" }).waitFor();
    await workbench
      .treeRows("Layers")
      .filter({ hasText: /^\s*dense1\W*8\d(\.\d)? %/ })
      .waitFor();
    await workbench.treeRows("Runs").filter({ hasText: "magnitude 80 %" }).and(page.locator(".selected")).waitFor();
    await page.mouse.move(x, 0); // Off the chart, so that the tooltip hides nothing.
    await panel.locator(".tooltip").waitFor({ state: "hidden" });
    await workbench.screenshot(join(images, "pareto.png"));
  });

  it("double-clicks it and has its model open", async () => {
    const { page, folder } = session();
    const { x, y } = await findPoint(page, panel, "magnitude 80 %");
    await page.mouse.dblclick(x, y);
    await page.locator(".tab.active", { hasText: "model.json" }).waitFor();
    const crumbs = page.locator(".breadcrumbs-control:visible", { hasText: "trials" });
    await crumbs.waitFor();
    assert.match((await crumbs.innerText()).replaceAll("\n", "/"), /trials\/+4\/+model\.json/);
    const [run] = readdirSync(join(folder, ".secateur", "runs"));
    assert.ok(existsSync(join(folder, ".secateur", "runs", String(run), "trials", "4", "model.json")));
  });

  it("finds everything as it was after a reload of the window", async () => {
    const { workbench, page } = session();
    await page.locator(".tab", { hasText: "Pareto Chart" }).click();
    await page.reload();
    panel = await workbench.webview("Pareto Chart");
    await panel.locator(".details", { hasText: "magnitude 80 %" }).waitFor();
    assert.equal((await trials(panel)).length, all.length);
    await workbench
      .treeRows("Layers")
      .filter({ hasText: /^\s*dense1\W*8\d(\.\d)? %/ })
      .waitFor();
  });

  it("unfolds a layer and sees its filters, the most important first, and the kernel of one", async () => {
    const { workbench, page } = session();
    await workbench.showSideBar("Secateur");
    await workbench.runCommand("Secateur: Inspect Layers", "file-code  mnist-cnn");
    await page.locator(".pane-header", { hasText: "mnist-cnn · 0 % sparse" }).waitFor();
    const rows = workbench.treeRows("Layers");
    // A row with a box unfolds on a double click, or on its arrow.
    await rows.and(page.locator('[aria-label^="conv2, 0 % sparse"]')).dblclick();
    const filters = rows.filter({ hasText: /Filter \d+/ });
    await filters.first().waitFor();
    await filters.nth(3).hover();
    await page.locator(".monaco-hover img").waitFor();
    await workbench.screenshot(join(images, "sidebar.png"));
  });
});
