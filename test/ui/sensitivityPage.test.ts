import assert from "node:assert/strict";
import { join } from "node:path";
import { projectRoot } from "../support/corpus.ts";
import { withSensitivity } from "../support/panelRuns.ts";
import { themeNames } from "./panelHarness.ts";
import { violations } from "./support/axe.ts";
import { useShownPage } from "./support/shownPage.ts";

describe("sensitivity on the Pareto page in a browser", () => {
  const { shown } = useShownPage(withSensitivity, ".plots svg");

  for (const theme of themeNames)
    it(`reads well in ${theme}`, async () => {
      const { page } = await shown(theme);
      await page.getByText("As a table").click();
      assert.deepEqual(await violations(page), []);
      const folder = join(projectRoot, "test-results", "ui");
      await page.screenshot({ path: join(folder, `sensitivity-${theme}.png`), fullPage: true });
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
    const plots = page.getByRole("img", { name: /without 16 \(50 %\)/ });
    assert.equal(await plots.count(), 1);
    const table = page.locator(".sensitivity table");
    assert.ok(!(await table.isVisible()));
    await page.getByText("As a table").focus();
    await page.keyboard.press("Enter");
    assert.ok(await table.isVisible());
    assert.equal(await table.getByRole("row", { name: /^conv2d_1 32 90\.0 % 81\.0 % 34\.0 %$/ }).count(), 1);
    await page.getByText("dense_2: The model answers with it.").waitFor();
  });

  it("goes with its run", async () => {
    const { page } = await shown();
    await page.locator(".legend input").uncheck();
    await page.locator(".sensitivity").waitFor({ state: "detached" });
  });
});
