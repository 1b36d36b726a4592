import { dirname, relative, resolve } from "node:path";
import { throwIfCancelled } from "../errors.ts";
import type { Network } from "../graph/network.ts";
import { methodNamed } from "../methods/registry.ts";
import { type Bytes, measureBytes } from "../metrics/bytes.ts";
import { type Counts, countWeights, sparsityOf } from "../metrics/counts.ts";
import type { Model } from "../model/model.ts";
import { writeModel } from "../model/write.ts";
import { trialFolder } from "../runs/folder.ts";
import type { Journal } from "../runs/journal.ts";
import type { Trial } from "../runs/run.ts";
import type { Evaluator } from "./evaluator.ts";
import { type JobEvents, partOf } from "./events.ts";
import { countTrials, type PlannedStep } from "./plan.ts";
import type { JobOptions } from "./runner.ts";

/** The model of a job, and what every trial of it is compared with. */
export interface Subject {
  readonly model: Model;
  readonly network: Network;
  readonly modelPath: string;
  readonly original: Counts;
  readonly evaluator: Evaluator | undefined;
}

/** Measures the unpruned model into run.json, as trial 0. */
export async function recordBaseline(
  journal: Journal,
  subject: Subject,
  bytes: Bytes,
  options: JobOptions,
): Promise<void> {
  const measured = await measure(subject.model, subject, (fraction, message) =>
    options.events.progress(fraction, `unpruned: ${message}`),
  );
  await journal.update({
    baseline: {
      id: `${journal.info.id}/0`,
      label: "unpruned",
      model: subject.modelPath,
      ...measured(bytes),
      notes: [],
      finished: new Date().toISOString(),
    },
  });
  options.events.runChanged(journal.folder);
}

/** Makes all trials of a plan, in order; steps that several trials share are done once. */
export async function recordTrials(
  plan: readonly PlannedStep[],
  journal: Journal,
  subject: Subject,
  options: JobOptions,
): Promise<void> {
  const total = countTrials(plan);
  let finished = 0;

  const follow = async (steps: readonly PlannedStep[], model: Model, before: readonly string[]): Promise<void> => {
    for (const step of steps) {
      throwIfCancelled(options.signal);
      const progress = partOf(options.events.progress, (1 + finished) / (1 + total), 1 / (1 + total));
      progress(0, `${step.label}: pruning`);
      const pruned = await prune(model, step, subject, options.signal);
      const notes = [...before, ...pruned.notes];
      if (step.record) {
        const trial = await record(++finished, pruned.model, step.label, notes, progress);
        options.events.trial(journal.folder, trial);
      }
      await follow(step.next, pruned.model, notes);
    }
  };

  const record = async (
    number: number,
    model: Model,
    label: string,
    notes: readonly string[],
    progress: JobEvents["progress"],
  ): Promise<Trial> => {
    const measured = await measure(model, subject, (fraction, message) => progress(fraction, `${label}: ${message}`));
    const [path, bytes] = await Promise.all([
      writeModel(model, trialFolder(journal.folder, number), {
        sidecarsFrom: dirname(subject.modelPath),
        ...(options.signal && { signal: options.signal }),
      }),
      measureBytes(model),
    ]);
    const trial: Trial = {
      id: `${journal.info.id}/${number}`,
      label,
      model: relative(journal.folder, path).replaceAll("\\", "/"),
      ...measured(bytes),
      notes,
      finished: new Date().toISOString(),
    };
    await journal.append(trial);
    return { ...trial, model: resolve(path) };
  };

  await follow(plan, subject.model, []);
}

async function prune(model: Model, step: PlannedStep, { network }: Subject, signal: AbortSignal | undefined) {
  return methodNamed(step.method.name).prune(model, step.options, { network, ...(signal && { signal }) });
}

/** All there is to say of a model, but for its bytes, which are measured while they are written. */
async function measure(
  model: Model,
  { network, original, evaluator }: Subject,
  progress: JobEvents["progress"],
): Promise<(bytes: Bytes) => Pick<Trial, "metrics" | "layers">> {
  const counts = countWeights(model, network);
  const measured = await evaluator?.measure(model, progress);
  const layers = counts.layers
    .filter(({ prunable }) => prunable > 0)
    .map(({ layer, prunable, prunableNonZero }) => ({
      name: layer.name,
      sparsity: sparsityOf(prunableNonZero, prunable),
    }));
  return (bytes) => ({
    metrics: {
      sparsity: sparsityOf(counts.prunableNonZero, original.prunable),
      parameters: counts.parameters,
      nonZero: counts.nonZero,
      compression: original.parameters / Math.max(1, counts.nonZero),
      macs: counts.macs,
      effectiveMacs: counts.effectiveMacs,
      ...bytes,
      ...measured,
    },
    layers,
  });
}
