import { milliseconds } from "../metrics/quantities.ts";
import { formatCount } from "../text.ts";
import type { BackendRecord } from "./run.ts";

/** Such as `wasm (SIMD, 2 threads)`. */
export function backendText({ name, detail }: BackendRecord): string {
  return `${name} (${detail})`;
}

/**
 * What `auto` went by, such as `a training step on 24 examples: tensorflow 48.5 ms, wasm 87.7 ms, cpu took more than
 * 147 ms`; nothing where there was no choice.
 */
export function choiceText({ choice }: BackendRecord): string | undefined {
  if (!choice) return undefined;
  const { batchSize, timings } = choice;
  const trains = timings.some(({ stepMs }) => stepMs !== undefined);
  const each = timings.map(({ name, forwardMs, stepMs, reason }) => {
    const ms = trains ? stepMs : forwardMs;
    return `${name} ${ms === undefined ? (reason ?? "was not timed") : milliseconds.format(ms)}`;
  });
  const what = trains ? "a training step on" : "a forward pass of";
  return `${what} ${formatCount(batchSize)} ${batchSize === 1 ? "example" : "examples"}: ${each.join(", ")}`;
}
