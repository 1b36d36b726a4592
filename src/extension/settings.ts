import * as vscode from "vscode";
import type { InitializeParams } from "../protocol/worker.ts";
import { type WeightCriterion, weightCriteria } from "../pruning/criteria/registry.ts";
import type { Recipe } from "../pruning/recipe/schema.ts";

/** What a person has set for the runs of a model, as read at the moment of use. */
export interface RunSettings {
  readonly backend: NonNullable<Recipe["backend"]>;
  /** Data folder that the wizard offers first, or "". */
  readonly dataPath: string;
  /** Most examples to measure accuracy on; 0 for all. */
  readonly dataLimit: number;
  /** Whether runs with data measure the time of a forward pass. */
  readonly latency: boolean;
}

/** The settings that hold for a model's file. */
export function runSettings(model: vscode.Uri): RunSettings {
  const section = vscode.workspace.getConfiguration("secateur", model);
  return {
    backend: section.get("backend", "auto"),
    dataPath: section.get("data.path", ""),
    dataLimit: section.get("data.limit", 0),
    latency: section.get("latency", true),
  };
}

/** The criterion that ranks the filters of the Layers view. */
export function chosenCriterion(): WeightCriterion {
  const name = vscode.workspace.getConfiguration("secateur").get("layers.criterion");
  return weightCriteria.find((criterion) => criterion.name === name) ?? weightCriteria[0];
}

/** Chooses it, where it was last chosen: in the workspace's settings if they say anything of it, else in the user's. */
export async function chooseCriterion({ name }: WeightCriterion): Promise<void> {
  const section = vscode.workspace.getConfiguration("secateur");
  const isInWorkspace = section.inspect("layers.criterion")?.workspaceValue !== undefined;
  const { Workspace, Global } = vscode.ConfigurationTarget;
  await section.update("layers.criterion", name, isInWorkspace ? Workspace : Global);
}

/**
 * What the child may open backends with. Native packages are looked for in the folder that a setting names, then in
 * the workspace, then in the extension itself; nowhere in a workspace that is not trusted.
 */
export function backendSettings(extension: vscode.Uri): InitializeParams {
  const section = vscode.workspace.getConfiguration("secateur");
  const workspace = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
  const folders = (setting: string): string[] => {
    if (!vscode.workspace.isTrusted) return [];
    const set = section.get(setting, "");
    return [...(set === "" ? [] : [set]), ...workspace, extension.fsPath];
  };
  const threads = section.get("threads", 0);
  return {
    tfjsNodeFolders: folders("tfjsNodePath"),
    webgpuFolders: folders("webgpuPath"),
    ...(threads > 0 && { threads }),
  };
}
