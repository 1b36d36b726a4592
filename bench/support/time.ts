import { spawn } from "node:child_process";
import { number } from "./report.ts";

/** One of several ways to do a job, to be compared with the others. */
export interface Contender {
  readonly name: string;
  /** Does the job once. What it leaves is cleared away by `clear`, whose time does not count. */
  run(): Promise<unknown>;
  clear?(): Promise<unknown>;
}

/** How long a contender took, in ms. */
export interface Timing {
  readonly name: string;
  readonly median: number;
  readonly fastest: number;
  readonly slowest: number;
}

/**
 * Times contenders by turns, so that whatever else the machine does hits all alike.
 * @param repeats how often each runs, after one run that warms up and does not count
 */
export async function race(contenders: readonly Contender[], repeats: number): Promise<Timing[]> {
  const times = contenders.map((): number[] => []);
  for (let round = 0; round <= repeats; round++) {
    for (const [i, contender] of contenders.entries()) {
      const start = performance.now();
      await contender.run();
      const elapsed = performance.now() - start;
      if (round > 0) times[i]?.push(elapsed);
      await contender.clear?.();
    }
  }
  return contenders.map(({ name }, i) => timing(name, times[i] ?? []));
}

/** Median, fastest and slowest of a list of times. */
export function timing(name: string, times: readonly number[]): Timing {
  const sorted = [...times].sort((a, b) => a - b);
  return { name, median: median(sorted), fastest: sorted[0] ?? Number.NaN, slowest: sorted.at(-1) ?? Number.NaN };
}

/** Headings of a table of timings. */
export function timingHead(what: string): string[] {
  return [what, "median", "fastest", "slowest"];
}

export function timedRow({ name, median, fastest, slowest }: Timing): string[] {
  return [name, ...[median, fastest, slowest].map(number)];
}

/** Of a sorted list; the mean of the two in the middle where it has no middle one. */
function median(sorted: readonly number[]): number {
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/**
 * Runs a Node program to its end.
 * @returns its standard output
 * @throws Error with its standard error when it fails
 */
export function runNode(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  return runProgram(process.execPath, args, env);
}

/** The same with any program. */
export function runProgram(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on("data", (data: Buffer) => output.push(data));
    child.stderr.on("data", (data: Buffer) => errors.push(data));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(Buffer.concat(output).toString());
      else reject(new Error(`${args.join(" ")} ended with ${code}:\n${Buffer.concat(errors)}`));
    });
  });
}
