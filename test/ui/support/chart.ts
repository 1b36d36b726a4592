import type { FrameLocator, Page } from "playwright-core";

/** Steps in which the pointer searches, in CSS pixels: finer than a point is wide. */
const stride = 12;

/**
 * Moves the pointer over the Pareto chart, from right to left, until the tooltip names a trial.
 * @returns where in the window that is
 * @throws where no point is of that trial
 */
export async function findPoint(page: Page, panel: FrameLocator, trial: string): Promise<{ x: number; y: number }> {
  const box = await panel.locator("canvas").boundingBox();
  const tooltip = panel.locator(".tooltip", { hasText: trial });
  if (!box) throw new Error("There is no chart.");
  for (let x = box.x + box.width; x > box.x; x -= stride) {
    for (let y = box.y; y < box.y + box.height; y += stride) {
      await page.mouse.move(x, y);
      if ((await tooltip.count()) > 0) return { x, y };
    }
  }
  throw new Error(`No point of the chart is "${trial}".`);
}
