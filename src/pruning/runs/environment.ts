import { cpus, hostname, totalmem } from "node:os";
import packageJson from "../../../package.json" with { type: "json" };
import type { RunInfo } from "./run.ts";

/** This program's version. */
export const secateurVersion: string = packageJson.version;

/** Where and by what a run is made, for its record. */
export function environment(): Pick<RunInfo, "process" | "versions" | "machine"> {
  const processors = cpus();
  return {
    process: { pid: process.pid, host: hostname() },
    versions: {
      secateur: secateurVersion,
      tfjs: packageJson.dependencies["@tensorflow/tfjs-core"],
      node: process.version,
    },
    machine: {
      platform: `${process.platform} ${process.arch}`,
      cpu: processors[0]?.model.trim() ?? "unknown",
      cores: processors.length,
      memory: totalmem(),
    },
  };
}
