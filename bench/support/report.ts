import Table from "cli-table3";

/** What a benchmark found, for a terminal or a page. */
export interface Report {
  readonly tables: readonly ReportTable[];
  /** A line each: targets met or missed, and what no table says. */
  readonly notes: readonly string[];
}

export interface ReportTable {
  readonly title: string;
  readonly head: readonly string[];
  /** The first column names the row; numbers stand to the right. */
  readonly rows: readonly (readonly string[])[];
}

/** What a benchmark promised, and whether it holds. */
export interface Target {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  readonly limit: number;
  /** Which side of the limit is right. */
  readonly bound: "at most" | "at least";
}

/** A line that says whether a target is met or missed. Only that: a busy machine is no failure. */
export function verdictOf({ what, measured, unit, limit, bound }: Target): string {
  const isMet = bound === "at most" ? measured <= limit : measured >= limit;
  return `${isMet ? "met" : "MISSED"}: ${what} ${number(measured)}${unit}, ${bound} ${number(limit)}${unit}`;
}

export function printReport({ tables, notes }: Report): void {
  for (const { title, head, rows } of tables) {
    const colAligns = head.map((_, i) => (i === 0 ? ("left" as const) : ("right" as const)));
    const table = new Table({ head: [...head], colAligns, style: { head: [], border: [] } });
    for (const row of rows) table.push([...row]);
    console.log(`\n${title}\n${table}`);
  }
  for (const note of notes) console.log(note);
}

/** The same in Markdown. */
export function markdownOf({ tables, notes }: Report): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const parts = tables.map(({ title, head, rows }) => {
    const alignments = head.map((_, i) => (i === 0 ? "---" : "---:"));
    return `${title}\n\n${[head, alignments, ...rows].map(line).join("\n")}`;
  });
  if (notes.length > 0) parts.push(notes.map((note) => `- ${note}`).join("\n"));
  return parts.join("\n\n");
}

/** At most three significant digits, and no decimals from a hundred up: `0.62`, `48.3`, `1,234`. */
export function number(value: number): string {
  return Math.abs(value) < 100 ? String(Number(value.toPrecision(3))) : Math.round(value).toLocaleString("en-US");
}

export function percent(share: number, digits: number): string {
  return `${(100 * share).toFixed(digits)} %`;
}
