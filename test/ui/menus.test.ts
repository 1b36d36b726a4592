import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../support/corpus.ts";
import { type Session, useSession } from "./support/session.ts";
import { until } from "./support/waiting.ts";

/** A workspace with a model of another name than model.json, and other JSON beside it. */
function oddWorkspace(): string {
  const folder = join(mkdtempSync(join(tmpdir(), "secateur-odd-")), "odd");
  mkdirSync(folder);
  copyFileSync(join(projectRoot, "samples", "mnist-cnn", "model.json"), join(folder, "digits.json"));
  copyFileSync(join(projectRoot, "samples", "mnist-cnn", "weights.bin"), join(folder, "weights.bin"));
  writeFileSync(join(folder, "notes.json"), '{ "text": "no model" }');
  writeFileSync(join(folder, "package.json"), '{ "name": "odd" }');
  return folder;
}

/** What the context menu of a file offers. */
async function menuOf({ workbench, page }: Session, path: string): Promise<string[]> {
  await (await workbench.explorerRow(path)).click({ button: "right" });
  const items = page.locator(".monaco-menu .action-label");
  await items.first().waitFor();
  const offered = await items.allTextContents();
  await until("the end of the menu", async () => {
    await page.keyboard.press("Escape");
    return (await items.count()) === 0;
  });
  return offered;
}

describe("The menus", function () {
  this.timeout(120_000);
  const workspace = oddWorkspace();
  const session = useSession({ workspace });
  after(() => rmSync(join(workspace, ".."), { recursive: true, force: true }));

  it("offer to prune a model of any name, before the extension is active", async () => {
    assert.ok((await menuOf(session(), "digits.json")).includes("Prune Model…"));
    assert.ok(!(await menuOf(session(), "package.json")).includes("Prune Model…"));
  });

  it("say of other JSON that it is no model, with the log a click away", async () => {
    const { workbench } = session();
    await workbench.chooseFromContextMenu(await workbench.explorerRow("notes.json"), "Prune Model…");
    const sentence = await workbench.notification(/notes\.json/);
    await sentence.getByRole("button", { name: "Show Log" }).click();
    await sentence.waitFor({ state: "hidden" });
  });

  it("know afterwards which files are models", async () => {
    await until("the list of models", async () => !(await menuOf(session(), "notes.json")).includes("Prune Model…"));
    assert.ok((await menuOf(session(), "digits.json")).includes("Prune Model…"));
  });

  it("have an entry above the editor of a model", async () => {
    const { workbench, page } = session();
    await (await workbench.explorerRow("digits.json")).dblclick();
    await page.locator(".editor-actions .action-label[aria-label^='Prune Model']").click();
    await workbench.quickInput.shows("Prune digits");
    await workbench.quickInput.shows("By which method?");
    await page.keyboard.press("Escape");
  });

  it("find models for the palette", async () => {
    const { workbench } = session();
    await workbench.runCommand("Secateur: Inspect Layers", "file-code  digits, digits.json");
    await workbench.treeRows("Layers").first().waitFor();
  });
});

describe("In a workspace that is not trusted", function () {
  this.timeout(120_000);
  const session = useSession({ trust: false });

  it("a model can be looked at", async () => {
    const { workbench } = session();
    await workbench.chooseFromContextMenu(await workbench.explorerRow("mnist-cnn/model.json"), "Inspect Layers");
    await workbench.treeRows("Layers").filter({ hasText: "conv1" }).waitFor();
  });

  it("pruning asks for trust first", async () => {
    const { workbench } = session();
    await workbench.chooseFromContextMenu(await workbench.explorerRow("mnist-cnn/model.json"), "Prune Model…");
    const sentence = await workbench.notification(/needs a workspace that you trust/);
    assert.ok(await sentence.getByRole("button", { name: "Manage Workspace Trust" }).isVisible());
  });
});
