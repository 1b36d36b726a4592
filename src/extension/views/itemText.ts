/** What the line of a tree item says and shows, apart from VS Code: what its tests look at. */
export interface LineText {
  readonly label: string;
  readonly description: string;
  /** Name of a codicon. */
  readonly icon: string;
  /** What a screen reader says instead of label and description. */
  readonly spoken: string;
}

/** The same, and what is said where the mouse rests. */
export interface ItemText extends LineText {
  /** Markdown. */
  readonly tooltip: string;
}

/** One line of a tooltip's table: what, how much, and a remark on that. */
export type Row = readonly [name: string, value: string, remark?: string];

/** A bold title, a table and paragraphs, as Markdown. Numbers stand to the right of their column, words to the left. */
export function tooltipTable(
  title: string,
  rows: readonly Row[],
  {
    values = "numbers",
    below = [],
  }: { readonly values?: "numbers" | "words"; readonly below?: readonly string[] } = {},
): string {
  const head = values === "numbers" ? "| | | |\n|:--|--:|:--|" : "| | |\n|:--|:--|";
  const lines = rows.map((row) => `| ${row.map((cell = "") => escapeMarkdown(cell)).join(`${gap} | `)} |`);
  return [`**${escapeMarkdown(title)}**`, [head, ...lines].join("\n"), ...below.map(escapeMarkdown)].join("\n\n");
}

/** VS Code's tooltips set columns close together. As an entity: a space would be trimmed. */
const gap = "&ensp;";

/** Text that Markdown shows as it is: names of layers come from files and may hold anything. */
export function escapeMarkdown(plain: string): string {
  return plain.replace(/[\\`*_{}[\]()#+\-.!|<>~&$]/g, "\\$&").replace(/\r?\n/g, " ");
}
