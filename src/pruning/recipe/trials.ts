import { basename, dirname, relative, resolve } from "node:path";
import { throwIfCancelled } from "../errors.ts";
import type { Network } from "../graph/network.ts";
import { networkOf } from "../graph/networkOf.ts";
import { type Bytes, measureBytes } from "../metrics/bytes.ts";
import { type Counts, countWeights, sparsityOf } from "../metrics/counts.ts";
import type { Model } from "../model/model.ts";
import { readModel } from "../model/read.ts";
import { writeModel } from "../model/write.ts";
import { partOf } from "../progress.ts";
import { keepFactors } from "../runs/factors.ts";
import { trialFolder } from "../runs/folder.ts";
import type { Journal } from "../runs/journal.ts";
import type { Trial } from "../runs/run.ts";
import { keepSensitivity, readSensitivity } from "../runs/sensitivity.ts";
import { checkpointOf, findMade, forgetMade, keepMade, type Made } from "../runs/unfinished.ts";
import type { Evaluator } from "./evaluator.ts";
import type { JobEvents, JobOptions } from "./events.ts";
import type { LazyEngine } from "./lazyEngine.ts";
import { effortOf, type PlannedStep, totalEffort } from "./plan.ts";
import { type StepContext, type StepResult, stepExecutors } from "./steps/registry.ts";

/** The model of a job, and what every trial of it is compared with. */
export interface Subject {
  readonly model: Model;
  readonly network: Network;
  readonly modelPath: string;
  readonly original: Counts;
  readonly evaluator: Evaluator | undefined;
  readonly engine: Pick<LazyEngine, "open">;
  readonly seed: number;
}

/** Measures the unpruned model into run.json, as trial 0; where it is there already, only for others to be compared with. */
export async function recordBaseline(
  journal: Journal,
  subject: Subject,
  bytes: Bytes,
  options: JobOptions,
): Promise<void> {
  const measured = await measure(
    subject.model,
    subject,
    (fraction, message) => options.events.progress(fraction, `unpruned: ${message}`),
    options.signal,
  );
  if (journal.info.baseline) return;
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

/** Makes all trials of a plan, in order; steps that several trials share are done once. Those there are stay as they are. */
export async function recordTrials(
  plan: readonly PlannedStep[],
  journal: Journal,
  subject: Subject,
  options: JobOptions,
): Promise<void> {
  const { folder, trials } = journal;
  const total = 1 + totalEffort(plan);
  let begun = 1; // the baseline
  let finished = Math.max(0, ...trials.map(({ id }) => Number(basename(id))));
  const part = (effort: number): JobEvents["progress"] => {
    const from = begun / total;
    begun += effort;
    return partOf(options.events.progress, from, effort / total);
  };
  const analyses = await readSensitivity(folder);
  const trialOf = ({ place }: PlannedStep) => trials.find((trial) => trial.place === place);
  const isFinished = (step: PlannedStep): boolean =>
    (!step.record || trialOf(step) !== undefined) &&
    (!step.leavesModel || analyses.some(({ place, isDone }) => place === step.place && isDone)) &&
    step.next.every(isFinished);

  const follow = async (steps: readonly PlannedStep[], before: Made): Promise<void> => {
    for (const step of steps) {
      throwIfCancelled(options.signal);
      if (isFinished(step)) part(totalEffort([step]))(1, `${step.label}: finished before`);
      else await follow(step.next, (await made(step)) ?? (await make(step, before)));
      await forgetMade(folder, step.place);
    }
  };

  /** What a step made before the run was broken off. */
  const made = async (step: PlannedStep): Promise<Made | undefined> => {
    const trial = trialOf(step);
    const found = trial
      ? { model: await readModel(trial.model), notes: trial.notes }
      : await findMade(folder, step.place);
    if (found) part(effortOf(step) + Number(step.record))(1, `${step.label}: finished before`);
    return found;
  };

  const make = async (step: PlannedStep, { model, notes: before }: Made): Promise<Made> => {
    const working = part(effortOf(step));
    const measuring = part(Number(step.record));
    working(0, `${step.label}: ${step.doing}`);
    const result = await execute(step, model, subject, keptAt(step, before), options.signal, working);
    const all = { model: result.model, notes: [...before, ...result.notes] };
    if (result.ended) {
      // What ended early is worth keeping: it is measured to the end although the job is cancelled.
      const trial = await record(all, { label: `${step.label} (ended early)` }, measuring, undefined);
      options.events.trial(folder, trial);
      throw result.ended;
    }
    if (step.record) {
      const { label, place } = step;
      options.events.trial(folder, await record(all, { label, place }, measuring, options.signal));
    } else if (step.learns && !step.leavesModel) await keepMade(folder, step.place, all);
    return all;
  };

  const keptAt = ({ place, label }: PlannedStep, before: readonly string[]): Kept => ({
    async keepTrial(mark, model, notes) {
      const named = { label: `${label}, ${mark}`, place: `${place}, ${mark}` };
      if (trials.some((trial) => trial.place === named.place)) return;
      const all = { model, notes: [...before, ...notes] };
      options.events.trial(folder, await record(all, named, () => {}, options.signal));
    },
    warn: (message) => options.events.log("warn", `${label}: ${message}`),
    async keepFactors(spread) {
      await keepFactors(folder, { ...spread, place, label });
      options.events.runChanged(folder);
    },
    checkpoint: checkpointOf(folder, place, (message) => options.events.log("warn", message)),
    findings: {
      found: async () => (await readSensitivity(folder)).find((analysis) => analysis.place === place),
      async keep(soFar) {
        await keepSensitivity(folder, { ...soFar, place, label });
        options.events.runChanged(folder);
      },
    },
  });

  const record = async (
    { model, notes }: Made,
    named: Pick<Trial, "label" | "place">,
    progress: JobEvents["progress"],
    signal: AbortSignal | undefined,
  ): Promise<Trial> => {
    const number = ++finished;
    const measured = await measure(
      model,
      subject,
      (fraction, message) => progress(fraction, `${named.label}: ${message}`),
      signal,
    );
    const [path, bytes] = await Promise.all([
      writeModel(model, trialFolder(folder, number), {
        sidecarsFrom: dirname(subject.modelPath),
        ...(signal && { signal }),
      }),
      measureBytes(model),
    ]);
    const trial: Trial = {
      id: `${journal.info.id}/${number}`,
      ...named,
      model: relative(folder, path).replaceAll("\\", "/"),
      ...measured(bytes),
      notes,
      finished: new Date().toISOString(),
    };
    await journal.append(trial);
    return { ...trial, model: resolve(path) };
  };

  await follow(plan, { model: subject.model, notes: [] });
}

/** Where a step keeps what it needs to go on, and what it finds. */
type Kept = Pick<StepContext, "checkpoint" | "findings" | "keepTrial" | "keepFactors" | "warn">;

async function execute(
  step: PlannedStep,
  model: Model,
  subject: Subject,
  kept: Kept,
  signal: AbortSignal | undefined,
  progress: JobEvents["progress"],
): Promise<StepResult> {
  // The catalogue's schema has checked the options; the registry pairs the two by kind.
  const executor = stepExecutors[step.kind] as (
    model: Model,
    options: object,
    context: StepContext,
  ) => Promise<StepResult>;
  const { model: original, seed, evaluator, engine } = subject;
  return executor(model, step.options, {
    network: networkIn(model, subject),
    original,
    seed,
    ...kept,
    engine: engine.open,
    ...(evaluator?.samples && { samples: evaluator.samples }),
    studio() {
      if (!evaluator?.studio) throw new Error("steps that learn have data: the plan has checked it");
      return evaluator.studio;
    },
    ...(signal && { signal }),
    progress: (fraction, message) => progress(fraction, `${step.label}: ${step.doing}, ${message}`),
  });
}

/** A model's own network: steps that shrink it give it another topology. */
function networkIn(model: Model, subject: Subject): Network {
  return model.json === subject.model.json ? subject.network : networkOf(model);
}

/** All there is to say of a model, but for its bytes, which are measured while they are written. */
async function measure(
  model: Model,
  subject: Subject,
  progress: JobEvents["progress"],
  signal: AbortSignal | undefined,
): Promise<(bytes: Bytes) => Pick<Trial, "metrics" | "layers">> {
  const { original, evaluator } = subject;
  const counts = countWeights(model, networkIn(model, subject));
  const measured = await evaluator?.measure(model, progress, signal);
  const nonZero = new Map(counts.layers.map(({ layer, prunableNonZero }) => [layer.name, prunableNonZero]));
  const layers = original.layers
    .filter(({ prunable }) => prunable > 0)
    .map(({ layer, prunable }) => ({
      name: layer.name,
      // What was taken out of the architecture counts as zeros of the unpruned model.
      sparsity: sparsityOf(nonZero.get(layer.name) ?? 0, prunable),
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
