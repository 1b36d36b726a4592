import * as vscode from "vscode";
import type { ItemText, LineText } from "./itemText.ts";

export interface ItemOptions {
  readonly id?: string;
  /** Whether the label stands out, as what was searched for does. */
  readonly highlighted?: boolean;
  /** A box before the icon. */
  readonly checkbox?: Checkbox;
  readonly collapsible?: boolean;
  readonly expanded?: boolean;
  /** What `viewItem` is in menus. */
  readonly context?: string;
  readonly command?: vscode.Command;
  /** Theme colour of the icon. */
  readonly colour?: string;
}

/** A box that a person ticks. */
export interface Checkbox {
  readonly ticked: boolean;
  /** What it is for; a screen reader says it too. */
  readonly tooltip: string;
}

/** Puts a text into VS Code's form. Without a tooltip, the item waits for one until somebody rests on it. */
export function treeItem(text: LineText | ItemText, options: ItemOptions): vscode.TreeItem {
  const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const state = options.collapsible ? (options.expanded ? Expanded : Collapsed) : None;
  const { label } = text;
  const item = new vscode.TreeItem(options.highlighted ? { label, highlights: [[0, label.length]] } : label, state);
  if (options.id !== undefined) item.id = options.id;
  item.description = text.description;
  if ("tooltip" in text) item.tooltip = text.tooltip === "" ? text.label : new vscode.MarkdownString(text.tooltip);
  if (options.checkbox !== undefined) item.checkboxState = checkboxState(options.checkbox);
  item.iconPath = new vscode.ThemeIcon(text.icon, options.colour ? new vscode.ThemeColor(options.colour) : undefined);
  item.accessibilityInformation = { label: text.spoken };
  if (options.context !== undefined) item.contextValue = options.context;
  if (options.command !== undefined) item.command = options.command;
  return item;
}

function checkboxState({ ticked, tooltip }: Checkbox): NonNullable<vscode.TreeItem["checkboxState"]> {
  const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
  return { state: ticked ? Checked : Unchecked, tooltip, accessibilityInformation: { label: tooltip } };
}
