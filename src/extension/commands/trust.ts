import * as vscode from "vscode";
import { NotTrusted } from "../reporter.ts";
import { text } from "../text.ts";

/** @throws NotTrusted in a workspace that is not trusted */
export function requireTrust(): void {
  if (!vscode.workspace.isTrusted) throw new NotTrusted(text.notTrusted);
}
