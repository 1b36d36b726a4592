import assert from "node:assert/strict";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { projectRoot } from "../support/corpus.ts";
import { threeRuns, withoutData, withTrial } from "../support/panelRuns.ts";
import { themeNames } from "./panelHarness.ts";
import { violations } from "./support/axe.ts";
import { useShownPage } from "./support/shownPage.ts";

/** The text of what has the focus. */
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? "");
const rows = (page: Page) => page.locator(".trials tbody tr");
const labels = (page: Page) => page.locator(".trials tbody .trial").allTextContents();
const selectedRow = (page: Page) => page.locator("tr[aria-selected=true] .trial").textContent();

/** Where on the screen a point lies: sweeps the chart from its lower right until the tooltip names the point. */
async function find(page: Page, label: string): Promise<{ x: number; y: number }> {
  const box = await page.locator("canvas").boundingBox();
  assert(box);
  const name = page.locator(".tooltip li").first();
  for (let y = box.y + box.height - 50; y > box.y; y -= 20)
    for (let x = box.x + box.width - 10; x > box.x; x -= 20) {
      await page.mouse.move(x, y);
      if ((await name.count()) > 0 && (await name.textContent())?.includes(label)) return { x, y };
    }
  throw new Error(`There is no point "${label}" on the chart.`);
}

describe("the Pareto page in a browser", () => {
  const { open, shown } = useShownPage(threeRuns, "canvas");

  for (const theme of themeNames)
    it(`reads well in ${theme}`, async () => {
      const { page } = await shown(theme);
      await rows(page).nth(7).click();
      await page.locator("summary").click();
      assert.deepEqual(await violations(page), []);
      await page.screenshot({ path: join(projectRoot, "test-results", "ui", `panel-${theme}.png`), fullPage: true });
    });

  for (const width of [360, 700, 800, 1600])
    it(`fits into ${width} pixels`, async () => {
      const { page } = await shown("light", { width });
      await rows(page).nth(7).click();
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert(overflow <= 0, `${overflow} pixels stick out`);
      const { width: chart = 0 } = (await page.locator("canvas").boundingBox()) ?? {};
      assert(chart > 0.55 * width, `the chart is ${chart} pixels wide`);
      assert.deepEqual(await violations(page), []);
    });

  it("asks for its data, and says what to do where there is none", async () => {
    const opened = await open();
    assert.deepEqual(await opened.said(), [{ type: "ready" }]);
    await opened.send({ type: "state", runs: [] });
    await opened.page.getByText("Right-click a model.json").waitFor();
    assert.deepEqual(await violations(opened.page), []);
  });

  it("shows size, and says why, where there is no accuracy", async () => {
    const opened = await open();
    await opened.send(withoutData);
    await opened.page.getByText("pruned without data").waitFor();
    assert.equal(await opened.page.getByLabel("Vertical axis").inputValue(), "gzipBytes");
    assert.equal(await rows(opened.page).count(), 4);
  });

  it("can be used from the keyboard alone", async () => {
    const { page, said } = await shown();
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Vertical axis");
    await press("l"); // As a person types the first letter of "Loss".
    assert.equal(await page.getByLabel("Vertical axis").inputValue(), "loss");
    await press("Tab", "Tab");
    assert.match(
      (await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))) ?? "",
      /^Loss against sparsity/,
    );
    await press("End", "ArrowLeft", "ArrowLeft");
    assert.equal(await selectedRow(page), "magnitude 80 %");
    assert.match((await page.getByRole("status").textContent()) ?? "", /^Trial magnitude 80 % of Magnitude, global/);
    await press("Enter");
    assert.deepEqual((await said()).at(-1), { type: "openModel", trial: "global/8" });

    await page.getByRole("button", { name: "Trial", exact: true }).focus();
    await press("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight");
    assert.equal(await focused(page), "Accuracy");
    await press("Enter", "Enter");
    assert.equal(
      await page.getByRole("columnheader", { name: "Accuracy", exact: true }).getAttribute("aria-sort"),
      "ascending",
    );
    assert.equal((await labels(page))[0], "magnitude 90 %");
    await press("ArrowDown", "ArrowDown");
    assert.match(await focused(page), /^magnitude 80 %Magnitude per layer/);
    assert.equal(await selectedRow(page), "magnitude 80 %");
    await page.getByText("1,204 weights of conv2d_4").waitFor();
    await press("Enter");
    assert.deepEqual((await said()).at(-1), { type: "openModel", trial: "per-layer/8" });
    await press("ArrowRight", "ArrowRight", "ArrowRight", "Enter");
    assert.deepEqual((await said()).at(-1), { type: "inspectModel", trial: "per-layer/8" });
    await press("ArrowUp", "ArrowUp");
    assert.equal(await focused(page), "Accuracy");
  });

  it("takes new trials without taking the focus, the selection or the sorting", async () => {
    const { page, send } = await shown();
    await page.getByRole("button", { name: "Accuracy", exact: true }).click();
    await rows(page).nth(5).click();
    const row = await focused(page);
    let state = threeRuns;
    for (const accuracy of [90.9, 90.8, 12, 89, 88, 5]) {
      state = withTrial(state, "per-layer", 0.93, accuracy);
      await send(state);
      await page
        .locator("tbody tr")
        .nth(state.runs.flatMap(({ trials }) => trials).length + 2)
        .waitFor();
      assert.equal(await focused(page), row);
    }
    assert.match((await labels(page))[0] ?? "", /magnitude 93 %/);
    assert.match((await page.getByRole("status").textContent()) ?? "", /accuracy 5\.0 %/);
    await page.getByLabel("Horizontal axis").focus();
    await send(withTrial(state, "global", 0.97, 11));
    await page.getByText("global", { exact: false }).first().waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Horizontal axis");
  });

  it("joins points and rows: hover tells, a click selects, a double click opens", async () => {
    const { page, said } = await shown();
    const place = await find(page, "magnitude 90 %");
    assert.match((await page.locator(".tooltip").textContent()) ?? "", /Accuracy38\.4 %.*Gzip size/);
    await page.mouse.click(place.x, place.y);
    assert.equal(await selectedRow(page), "magnitude 90 %");
    await page.getByRole("heading", { name: "magnitude 90 %" }).waitFor();
    await page.mouse.dblclick(place.x, place.y);
    assert.deepEqual((await said()).at(-1), { type: "openModel", trial: "global/9" });
    await page.getByRole("button", { name: "Reveal", exact: true }).click();
    assert.deepEqual((await said()).at(-1), { type: "revealModel", trial: "global/9" });
  });

  it("hides a run in chart and table, and keeps what was chosen when it is opened again", async () => {
    const first = await shown();
    await first.page.getByLabel(/^Magnitude, global/).uncheck();
    await first.page.getByLabel("Horizontal axis").selectOption("gzipBytes");
    await rows(first.page).nth(2).click();
    assert.equal(await rows(first.page).count(), 13);
    await first.page.getByRole("application", { name: "11 trials of 2 runs" }).waitFor();
    const persisted = await first.persisted();
    await first.page.close();

    const { page } = await shown("dark", { persisted });
    assert.equal(await rows(page).count(), 13);
    assert.equal(await page.getByLabel("Horizontal axis").inputValue(), "gzipBytes");
    assert.equal(await selectedRow(page), "magnitude 20 %");
    await page.getByRole("button", { name: "Show all" }).click();
    assert.equal(await rows(page).count(), 23);
  });

  it("draws again in the new colours when the theme changes", async () => {
    const { page, setTheme } = await shown("light");
    const pixels = () => page.evaluate(() => document.querySelector("canvas")?.toDataURL());
    const light = await pixels();
    await setTheme("dark");
    await page.waitForFunction((before) => document.querySelector("canvas")?.toDataURL() !== before, light);
    const dark = await pixels();
    await setTheme("light");
    await page.waitForFunction((before) => document.querySelector("canvas")?.toDataURL() !== before, dark);
    assert.equal(await pixels(), light);
  });
});
