import assert from "node:assert/strict";
import { join } from "node:path";
import { projectRoot } from "../support/corpus.ts";
import { factors, withFactors } from "../support/panelRuns.ts";
import { themeNames } from "./panelHarness.ts";
import { violations } from "./support/axe.ts";
import { useShownPage } from "./support/shownPage.ts";

describe("factors on the Pareto page in a browser", () => {
  const { shown } = useShownPage(withFactors, ".plots svg");

  for (const theme of themeNames)
    it(`reads well in ${theme}`, async () => {
      const { page } = await shown(theme);
      await page.getByText("As a table").click();
      assert.deepEqual(await violations(page), []);
      const folder = join(projectRoot, "test-results", "ui");
      await page.screenshot({ path: join(folder, `factors-${theme}.png`), fullPage: true });
    });

  for (const width of [360, 1600])
    it(`fits into ${width} pixels`, async () => {
      const { page } = await shown("light", { width });
      await page.getByText("As a table").click();
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert(overflow <= 0, `${overflow} pixels stick out`);
    });

  it("tells a screen reader every number, and opens its table from the keyboard", async () => {
    const { page } = await shown();
    assert.equal(await page.getByRole("img", { name: /^conv2d_1: 20 of 32 are zero, 2 up to 0\.07, / }).count(), 1);
    const table = page.locator(".factors table");
    assert.ok(!(await table.isVisible()));
    await page.getByText("As a table").focus();
    await page.keyboard.press("Enter");
    assert.ok(await table.isVisible());
    assert.equal(await table.getByRole("row", { name: /^conv2d_1 32 20 \(62\.5 %\) 2 4 5 1$/ }).count(), 1);
  });

  it("moves as the factors do, and leaves open what was opened", async () => {
    const { page, send } = await shown();
    await page.getByText("As a table").click();
    const [run] = withFactors.runs;
    const [group] = factors.groups;
    assert.ok(run && group);
    const later = { ...factors, step: 4000, groups: [{ ...group, zero: 32, bins: group.bins.map(() => 0) }] };
    await send({ ...withFactors, runs: [{ ...run, status: "done", factors: [later] }] });
    await page.getByRole("img", { name: "conv2d_1: 32 of 32 are zero." }).waitFor();
    assert.ok(await page.locator(".factors table").isVisible());
    assert.equal(await page.locator(".factors rect").count(), 1);
  });
});
