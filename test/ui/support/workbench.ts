// What a person does in VS Code's workbench, in the words they would use. Every method waits for what it names.
import type { FrameLocator, Locator, Page } from "playwright-core";
import { QuickInput } from "./quickInput.ts";
import { done, patience, until } from "./waiting.ts";

/** The workbench in a browser page, with one folder open. */
export class Workbench {
  readonly quickInput: QuickInput;

  constructor(
    readonly page: Page,
    private readonly folderName: string,
  ) {
    this.quickInput = new QuickInput(page);
  }

  /** Waits until the explorer shows the folder, and the activity bar Secateur, which comes a little later. */
  async ready(): Promise<void> {
    await this.page.locator(".explorer-folders-view .monaco-list-row").first().waitFor({ timeout: 60_000 });
    await this.sideBarIcon("Secateur").waitFor({ timeout: patience });
  }

  /** Loads the window anew, as a person does who presses F5. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** Shows the view container of that title by its icon in the activity bar, if it is not shown already. */
  async showSideBar(title: string): Promise<void> {
    const icon = this.sideBarIcon(title);
    if ((await icon.getAttribute("aria-selected", { timeout: patience })) !== "true") await icon.click();
  }

  /** Drags the edge of the side bar to the right, by so many CSS pixels. */
  async widenSideBar(by: number): Promise<void> {
    const box = await this.page.locator(".part.sidebar").boundingBox();
    if (!box) throw new Error("No side bar is shown.");
    const [x, y] = [box.x + box.width, box.y + box.height / 2];
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    await this.page.mouse.move(x + by, y, { steps: 5 });
    await this.page.mouse.up();
  }

  /** The row of a file or folder in the explorer, by its path in the workspace; opens the folders above it. */
  async explorerRow(path: string): Promise<Locator> {
    await this.showSideBar("Explorer");
    const rowOf = (part: string) =>
      this.page.locator(".explorer-folders-view .monaco-list-row").filter({
        has: this.page.locator(`.explorer-item[aria-label$="/${this.folderName}/${part}"]`),
      });
    const names = path.split("/");
    for (let depth = 1; depth < names.length; depth++) {
      const row = rowOf(names.slice(0, depth).join("/"));
      if ((await row.getAttribute("aria-expanded", { timeout: patience })) === "false") await row.click();
    }
    const row = rowOf(path);
    await row.waitFor({ timeout: patience });
    return row;
  }

  /**
   * Opens the context menu of anything and chooses an entry by its exact name. Entries may come late, when their
   * extension has looked at the file, and something may lie over the target for a moment, so the menu is opened again
   * until the entry was chosen. VS Code's menus take no click in their first tenth of a second.
   */
  async chooseFromContextMenu(target: Locator, entry: string): Promise<void> {
    const item = this.page.locator(".monaco-menu").getByRole("menuitem", { name: entry, exact: true });
    const choose = async () => {
      await target.click({ button: "right", timeout: 5000 });
      await item.waitFor({ timeout: 3000 });
      await this.page.waitForTimeout(300);
      await item.click({ timeout: 3000 });
      await item.waitFor({ state: "hidden", timeout: 3000 });
    };
    await until(`the menu entry "${entry}"`, async () => {
      if (await done(choose())) return true;
      await this.page.keyboard.press("Escape");
      await this.page.mouse.move(0, 0); // A tip goes when the pointer does.
      return false;
    });
  }

  /**
   * Runs a command from the palette by its full title, such as "Secateur: Prune Model…". The palette, and the list that
   * a command may ask to choose from, close when something else takes the focus, as a view does that has just loaded;
   * and commands may be registered late: then all is done again.
   * @param choice what to choose from the list that the command shows, if it shows one
   */
  async runCommand(title: string, choice?: string): Promise<void> {
    await until(`the command "${title}"`, async () => {
      await this.page.keyboard.press("F1");
      const typed = await done(this.quickInput.type(`>${title}`, 3000));
      const ran = typed && (await done(this.quickInput.option(title).click({ timeout: 3000 })));
      if (ran && (choice === undefined || (await done(this.quickInput.pick(choice, 5000))))) return true;
      await this.page.keyboard.press("Escape");
      return false;
    });
  }

  /** The rows of a tree view in the shown side bar, by the view's title. */
  treeRows(view: string): Locator {
    return this.page
      .locator(".split-view-view .pane")
      .filter({
        has: this.page.locator(".pane-header .title", { hasText: view }),
      })
      .locator(".monaco-list-row");
  }

  /** The document inside the webview of that title, wherever it is shown. */
  async webview(title: string): Promise<FrameLocator> {
    const outer = this.page.locator("iframe.webview");
    let found: FrameLocator | undefined;
    await until(`the webview "${title}"`, async () => {
      for (const name of await outer.evaluateAll((frames) => frames.map((frame) => frame.getAttribute("name")))) {
        const inner = this.page.frameLocator(`iframe.webview[name="${name}"]`).locator(`iframe[title="${title}"]`);
        if ((await inner.count()) > 0) found = inner.contentFrame();
      }
      return found !== undefined;
    });
    return found as FrameLocator;
  }

  /** The notification that holds a text; its buttons are found with `getByRole("button", { name })`. */
  async notification(text: string | RegExp, timeout: number = patience): Promise<Locator> {
    const toast = this.page.locator(".notification-toast", { hasText: text });
    await toast.waitFor({ timeout });
    return toast;
  }

  /** Changes the colour theme, by its name in the list, such as "Dark High Contrast". */
  async setTheme(name: string): Promise<void> {
    const classes = await this.page.locator(".monaco-workbench").getAttribute("class");
    await this.runCommand("Preferences: Color Theme");
    await this.quickInput.shows("Color Theme");
    await this.quickInput.type(name);
    await this.quickInput.pick(name);
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden", timeout: patience });
    const changed = this.page.locator(`.monaco-workbench:not([class="${classes}"])`);
    await done(changed.waitFor({ timeout: 3000 })); // The theme that was there before changes nothing.
  }

  /** Saves a picture of the window as PNG. */
  async screenshot(path: string): Promise<void> {
    await this.page.screenshot({ path });
  }

  private sideBarIcon(title: string): Locator {
    const label = this.page.locator(`.action-label[aria-label^="${title}"]`);
    return this.page.locator(".activitybar .action-item").filter({ has: label });
  }
}
