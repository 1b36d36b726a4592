import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { openBrowser } from "../../../scripts/vscode/browser.ts";
import type { PanelState } from "../../../src/protocol/panel.ts";
import { PanelHarness, type PanelPage } from "../panelHarness.ts";

type Open = (...args: Parameters<PanelHarness["open"]>) => Promise<PanelPage>;

/**
 * Serves the page to the tests of a suite; each closes what it opened, and fails where something was thrown or broke the
 * page's policy.
 * @param state what the page is sent
 * @param there a part of the page that is there once it shows that
 * @returns `open` opens the page, `shown` sends it the state too
 */
export function useShownPage(state: PanelState, there: string): { readonly open: Open; readonly shown: Open } {
  let browser: Browser;
  let harness: PanelHarness;
  let opened: PanelPage | undefined;

  before(async function () {
    this.timeout(120_000);
    browser = await openBrowser();
    harness = await PanelHarness.start(browser);
  });
  after(async () => {
    await harness?.stop();
    await browser?.close();
  });
  afterEach(async () => {
    const faults = opened?.faults ?? [];
    await opened?.page.close();
    opened = undefined;
    assert.deepEqual(faults, [], "nothing was thrown, and nothing broke the page's policy");
  });

  const open: Open = async (...args) => {
    opened = await harness.open(...args);
    return opened;
  };
  return {
    open,
    async shown(...args) {
      const shown = await open(...args);
      await shown.send(state);
      await shown.page.locator(there).first().waitFor();
      return shown;
    },
  };
}
