import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { arch, cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { type BenchmarkName, benchmarks, type ResultOf } from "../reports/all.ts";
import { projectRoot } from "./paths.ts";
import { markdownOf, printReport, type Report } from "./report.ts";

const folder = join(projectRoot, "bench", "results");
const page = join(projectRoot, "bench", "results.md");

/** Where and when something was measured. */
interface Circumstances {
  readonly date: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGB: number;
    readonly platform: string;
    readonly node: string;
  };
}

/** Prints a benchmark's result, keeps it in bench/results with the machine, and writes bench/results.md anew. */
export async function publish<N extends BenchmarkName>(name: N, result: ResultOf<N>): Promise<void> {
  printReport(reportOf(name, result));
  await mkdir(folder, { recursive: true });
  const measured: Circumstances & ResultOf<N> = { ...circumstances(), ...result };
  await writeFile(fileOf(name), `${JSON.stringify(measured, rounded, 2)}\n`);
  await writeFile(page, await pageOfResults());
}

/** What was kept of a benchmark the last time; nothing where it never was. */
export async function lastOf<N extends BenchmarkName>(name: N): Promise<ResultOf<N> | undefined> {
  return existsSync(fileOf(name)) ? JSON.parse(await readFile(fileOf(name), "utf8")) : undefined;
}

/** What was measured now in the place of what was measured of the same subjects before. @param name tells subjects apart */
export function renewed<K extends string, T extends Readonly<Record<K, string>>>(
  before: readonly T[] = [],
  now: readonly T[],
  name: K,
): T[] {
  return [...new Map([...before, ...now].map((each) => [each[name], each])).values()];
}

/** All results that are there, each with its machine: they may have been measured on different ones. */
async function pageOfResults(): Promise<string> {
  const sections: string[] = [];
  for (const name of Object.keys(benchmarks) as BenchmarkName[]) {
    if (!existsSync(fileOf(name))) continue;
    const result: Circumstances & ResultOf<typeof name> = JSON.parse(await readFile(fileOf(name), "utf8"));
    const { date, machine } = result;
    const { cpu, cores, memoryGB, platform, node } = machine;
    const where = `${date}: ${cpu}, ${cores} cores, ${memoryGB} GB of memory, ${platform}, Node ${node}`;
    sections.push(`## ${benchmarks[name].title}\n\n${where}\n\n${markdownOf(reportOf(name, result))}`);
  }
  const heading =
    "# Results\n\nWritten by `npm run bench` from what lies in `results/`; what each benchmark compares, and with\nwhom, stands in [README.md](README.md).";
  return `${[heading, ...sections].join("\n\n")}\n`;
}

/** Where a name is one of several, TypeScript cannot see that its result goes with its report. */
function reportOf<N extends BenchmarkName>(name: N, result: ResultOf<N>): Report {
  const { report }: { report(result: ResultOf<N>): Report } = benchmarks[name];
  return report(result);
}

function fileOf(name: BenchmarkName): string {
  return join(folder, `${name}.json`);
}

function circumstances(): Circumstances {
  const processors = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      cpu: processors[0]?.model ?? "unknown",
      cores: processors.length,
      memoryGB: Math.round(totalmem() / 1e9),
      platform: `${type()} ${release().split(".", 2).join(".")} ${arch()}`,
      node: process.version,
    },
  };
}

/** More digits of a time than repeat from run to run only make results hard to compare. */
const rounded = (_key: string, value: unknown) =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
