/** What a tree item says and shows, apart from VS Code: what its tests look at. */
export interface ItemText {
  readonly label: string;
  readonly description: string;
  /** Markdown. */
  readonly tooltip: string;
  /** Name of a codicon. */
  readonly icon: string;
  /** What a screen reader says instead of label and description. */
  readonly spoken: string;
}

/** One line of a tooltip's table: what, how much, and what that means. */
export type Row = readonly [name: string, value: string, meaning: string];

/** A Markdown table with a bold title above and paragraphs below. */
export function tooltipTable(title: string, rows: readonly Row[], below: readonly string[] = []): string {
  const lines = rows.map((row) => `| ${row.map(escapeMarkdown).join(" | ")} |`);
  const table = ["| | | |", "|:--|--:|:--|", ...lines].join("\n");
  return [`**${escapeMarkdown(title)}**`, table, ...below.map(escapeMarkdown)].join("\n\n");
}

/** Text that Markdown shows as it is: names of layers come from files and may hold anything. */
export function escapeMarkdown(plain: string): string {
  return plain.replace(/[\\`*_{}[\]()#+\-.!|<>~&$]/g, "\\$&").replace(/\r?\n/g, " ");
}
