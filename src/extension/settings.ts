import * as vscode from "vscode";
import { type CriterionName, criteria } from "../pruning/criteria/registry.ts";
import type { Recipe } from "../pruning/recipe/schema.ts";

/** What a person has set, as read at the moment of use. */
export interface Settings {
  readonly backend: NonNullable<Recipe["backend"]>;
  /** Folder that holds node_modules/@tensorflow/tfjs-node, or "". */
  readonly tfjsNodePath: string;
  /** Data folder that the wizard offers first, or "". */
  readonly dataPath: string;
  /** Most examples to measure accuracy on; 0 for all. */
  readonly dataLimit: number;
  /** Whether runs with data measure the time of a forward pass. */
  readonly latency: boolean;
  /** What ranks the filters of the Layers view. */
  readonly criterion: CriterionName;
}

/** The settings that hold for a resource. */
export function settingsFor(resource?: vscode.Uri): Settings {
  const section = vscode.workspace.getConfiguration("secateur", resource);
  return {
    backend: section.get("backend", "auto"),
    tfjsNodePath: section.get("tfjsNodePath", ""),
    dataPath: section.get("data.path", ""),
    dataLimit: section.get("data.limit", 0),
    latency: section.get("latency", true),
    criterion: section.get("layers.criterion", criteria[0].name),
  };
}

/**
 * Where the child may look for tfjs-node, best first: the setting, the workspace, the extension itself. Nothing in
 * a workspace that is not trusted, since loading it runs native code.
 */
export function tfjsNodeFolders(extension: vscode.Uri): string[] {
  if (!vscode.workspace.isTrusted) return [];
  const set = settingsFor().tfjsNodePath;
  const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
  return [...(set === "" ? [] : [set]), ...folders, extension.fsPath];
}
