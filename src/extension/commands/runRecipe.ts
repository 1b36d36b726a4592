import { basename, dirname, join } from "node:path";
import * as vscode from "vscode";
import type { RunResult } from "../../protocol/worker.ts";
import { parseRecipeText, titleOfRecipe } from "../../pruning/recipe/file.ts";
import { runsFolderName } from "../../pruning/runs/folder.ts";
import type { Services } from "../services.ts";
import { execute } from "./execute.ts";
import { homeOf } from "./pruneModel.ts";
import { requireTrust } from "./trust.ts";

/** Runs a recipe file as the editor has it, saved or not; asks for one where none is given. */
export async function runRecipe(services: Services, file?: vscode.Uri): Promise<RunResult | undefined> {
  requireTrust();
  const chosen = file ?? (await pickRecipe());
  if (!chosen) return undefined;
  const document = await vscode.workspace.openTextDocument(chosen);
  return await execute(services, {
    recipe: parseRecipeText(document.getText(), basename(chosen.fsPath)),
    base: dirname(chosen.fsPath),
    runsFolder: join(homeOf(chosen.fsPath), runsFolderName),
    title: titleOfRecipe(chosen.fsPath),
  });
}

async function pickRecipe(): Promise<vscode.Uri | undefined> {
  const files = await vscode.workspace.findFiles("**/*.recipe.json", "**/{node_modules,.git,.secateur}/**", 200);
  const items = files
    .map((uri) => ({
      label: `$(file-code) ${basename(uri.fsPath)}`,
      description: vscode.workspace.asRelativePath(uri),
      uri,
    }))
    .sort((a, b) => a.description.localeCompare(b.description));
  const browse = { label: "$(folder-opened) Browse…", description: "", uri: undefined };
  const picked = await vscode.window.showQuickPick([...items, browse], { title: "Choose a Recipe" });
  if (picked !== browse) return picked?.uri;
  const options = { openLabel: "Run Recipe", filters: { Recipe: ["json"] } };
  return (await vscode.window.showOpenDialog(options))?.[0];
}
