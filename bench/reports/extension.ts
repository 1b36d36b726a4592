import { number, type Report, verdictOf } from "../support/report.ts";
import type { Timing } from "../support/time.ts";

export interface ExtensionResult {
  readonly activationMs: Timing;
  readonly bundleBytes: number;
  readonly vsixBytes: number;
}

export function extensionReport({ activationMs, bundleBytes, vsixBytes }: ExtensionResult): Report {
  const { fastest, slowest, median } = activationMs;
  return {
    tables: [],
    notes: [
      `Activation over several starts of VS Code: ${number(fastest)} to ${number(slowest)} ms.`,
      verdictOf({ what: "activation, median", measured: median, unit: " ms", limit: 50, bound: "at most" }),
      verdictOf({ what: "dist/extension.js", measured: bundleBytes / 1000, unit: " kB", limit: 150, bound: "at most" }),
      verdictOf({ what: "VSIX", measured: vsixBytes / 1e6, unit: " MB", limit: 6, bound: "at most" }),
    ],
  };
}
