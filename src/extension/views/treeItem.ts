import * as vscode from "vscode";
import type { ItemText } from "./itemText.ts";

export interface ItemOptions {
  readonly id?: string;
  readonly collapsible?: boolean;
  readonly expanded?: boolean;
  /** What `viewItem` is in menus. */
  readonly context?: string;
  readonly command?: vscode.Command;
  /** Theme colour of the icon. */
  readonly colour?: string;
}

/** Puts a text into VS Code's form. */
export function treeItem(text: ItemText, options: ItemOptions): vscode.TreeItem {
  const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const state = options.collapsible ? (options.expanded ? Expanded : Collapsed) : None;
  const item = new vscode.TreeItem(text.label, state);
  if (options.id !== undefined) item.id = options.id;
  item.description = text.description;
  item.tooltip = text.tooltip === "" ? text.label : new vscode.MarkdownString(text.tooltip);
  item.iconPath = new vscode.ThemeIcon(text.icon, options.colour ? new vscode.ThemeColor(options.colour) : undefined);
  item.accessibilityInformation = { label: text.spoken };
  if (options.context !== undefined) item.contextValue = options.context;
  if (options.command !== undefined) item.command = options.command;
  return item;
}
