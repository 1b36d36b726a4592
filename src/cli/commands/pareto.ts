import { resolve } from "node:path";
import { Argument, Command, Option } from "commander";
import { metricDefinition, metricDefinitions, metricValue, qualityMetric } from "../../pruning/metrics/definitions.ts";
import { frontOfTrials } from "../../pruning/metrics/pareto.ts";
import { readRun } from "../../pruning/runs/readRun.ts";
import type { MetricName, Run } from "../../pruning/runs/run.ts";
import { print, printJson } from "../output.ts";
import { describeTrials } from "../report.ts";
import { UsageError } from "../usage.ts";

interface Options {
  readonly x: MetricName;
  readonly y?: MetricName;
  readonly json?: true;
}

/** `secateur pareto RUN…` */
export function paretoCommand(): Command {
  const metrics = metricDefinitions.map(({ key }) => key);
  return new Command("pareto")
    .description("Compares the trials of runs: all of them, and those that no other beats in both of two metrics.")
    .addArgument(new Argument("<run...>", "run folders"))
    .addOption(new Option("--x <metric>", "what it costs").choices(metrics).default("sparsity"))
    .addOption(
      new Option("--y <metric>", "what it is worth (default: accuracy; agreement where nothing has labels)").choices(
        metrics,
      ),
    )
    .option("--json", "print one JSON document")
    .action(async (folders: string[], { x, json, ...options }: Options) => {
      const runs = await Promise.all(folders.map((folder) => readRun(resolve(folder))));
      const trials = runs.flatMap(trialsOf);
      const y = options.y ?? qualityMetric(trials) ?? "accuracy";
      const front = frontOfTrials(trials, x, y);
      if (json) return printJson({ x, y, trials, front });
      if (!trials.some(({ metrics }) => metricValue(metrics, y) !== undefined)) {
        throw new UsageError(`No trial of these runs has a ${y}; choose another metric with --y.`);
      }
      print(describeTrials(trials, front));
      print(`* on the Pareto front of ${metricDefinition(x).title} and ${metricDefinition(y).title}`);
    });
}

const trialsOf = ({ baseline, trials }: Run) => [...(baseline ? [baseline] : []), ...trials];
