import { mkdir, writeFile } from "node:fs/promises";
import { arch, cpus, platform, totalmem } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";

/** The project's root folder. */
export const projectRoot = join(import.meta.dirname, "..", "..");

/** The built terminal program. */
export const cli = join(projectRoot, "dist", "cli.js");

/** What a benchmark promised, and whether it holds. */
export interface Target {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  readonly limit: number;
}

/** Prints rows under a heading, numbers to the right. */
export function printTable(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const colAligns = head.map((_, i) => (i === 0 ? ("left" as const) : ("right" as const)));
  const table = new Table({ head: [...head], colAligns, style: { head: [], border: [] } });
  for (const row of rows) table.push([...row]);
  console.log(`\n${title}\n${table}`);
}

/** Prints a line per target, met or missed. Only reports: a busy machine is no failure. */
export function printTargets(targets: readonly Target[]): void {
  for (const { what, measured, unit, limit } of targets) {
    const verdict = measured <= limit ? "met" : "MISSED";
    console.log(`${verdict}: ${what} ${number(measured)}${unit}, at most ${number(limit)}${unit}`);
  }
}

/** Keeps a benchmark's result, with the machine it was measured on, in bench/results. */
export async function saveResult(name: string, result: object): Promise<void> {
  const folder = join(projectRoot, "bench", "results");
  await mkdir(folder, { recursive: true });
  const measured = { date: new Date().toISOString().slice(0, 10), machine: machine(), ...result };
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(measured, rounded, 2)}\n`);
}

function machine() {
  const processors = cpus();
  return {
    cpu: processors[0]?.model ?? "unknown",
    cores: processors.length,
    memoryGB: Math.round(totalmem() / 1e9),
    platform: `${platform()} ${arch()}`,
    node: process.version,
  };
}

/** At most three significant digits, and no decimals from a hundred up: `0.62`, `48.3`, `1,234`. */
export function number(value: number): string {
  return Math.abs(value) < 100 ? String(Number(value.toPrecision(3))) : Math.round(value).toLocaleString("en-US");
}

/** More digits of a time than repeat from run to run only make results hard to compare. */
const rounded = (_key: string, value: unknown) =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
