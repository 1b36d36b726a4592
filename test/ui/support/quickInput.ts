import type { Locator, Page } from "playwright-core";
import { patience, until } from "./waiting.ts";

/** The box at the top of the window in which commands, lists and questions appear. */
export class QuickInput {
  private readonly widget: Locator;
  private readonly input: Locator;

  constructor(private readonly page: Page) {
    this.widget = page.locator(".quick-input-widget");
    this.input = this.widget.locator(".quick-input-box input");
  }

  /** The entry whose label is, or with a description beside it begins with, a text. */
  option(label: string): Locator {
    return this.widget.locator(`.monaco-list-row[aria-label^="${label}"]`).first();
  }

  /** Chooses one entry of a list. */
  async pick(label: string, timeout: number = patience): Promise<void> {
    await this.option(label).click({ timeout });
  }

  /** Ticks exactly these entries of a list with check boxes, then accepts. */
  async pickMany(labels: readonly string[]): Promise<void> {
    const rows = this.widget.locator(".monaco-list-row[role=checkbox]");
    await rows.first().waitFor({ timeout: patience });
    for (const row of await rows.all()) {
      const label = (await row.getAttribute("aria-label")) ?? "";
      const wanted = labels.some((each) => label.startsWith(each));
      if (((await row.getAttribute("aria-checked")) === "true") !== wanted) await row.click();
    }
    await this.accept();
  }

  /** Replaces what is in the box, without accepting it. */
  async type(text: string, timeout: number = patience): Promise<void> {
    await this.input.fill(text, { timeout });
  }

  /** Replaces what is in the box and accepts it. In a folder dialog this is the path. */
  async answer(text: string): Promise<void> {
    await this.type(text);
    await this.accept();
  }

  async accept(): Promise<void> {
    await this.page.keyboard.press("Enter");
  }

  /** Waits until the box shows a text: as its title, its question, its complaint or its placeholder. */
  async shows(text: string): Promise<void> {
    await until(`"${text}" in the quick input`, async () => {
      const placeholder = (await this.input.count()) > 0 ? await this.input.getAttribute("placeholder") : "";
      return `${await this.widget.textContent()} ${placeholder}`.includes(text) && (await this.widget.isVisible());
    });
  }
}
