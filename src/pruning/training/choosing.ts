import { setImmediate } from "node:timers/promises";
import * as v from "valibot";
import { type PacedCheckpoint, paced, type Snapshot } from "../checkpoint.ts";
import type { StructureSelection } from "../engine/structures/contract.ts";
import type { StepOutcome, Trainer } from "../engine/training/contract.ts";
import { SecateurError } from "../errors.ts";
import type { ChoosingCourse, ChoosingTraining, Chosen, Standing } from "../methods/sss/contract.ts";
import { withValues } from "../model/encode.ts";
import { type Model, withWeights } from "../model/model.ts";
import type { Progress } from "../progress.ts";
import { formatNumber, formatShare } from "../text.ts";
import type { FineTuneContext } from "./context.ts";
import { type Course, courseOf } from "./course.ts";
import { cancelled } from "./outcome.ts";
import { recentBatches } from "./recent.ts";
import { heldAtZero, rolesOf } from "./roles.ts";
import { under, within } from "./state.ts";
import { averageStatistics, statisticsOf, usualBatches } from "./statistics.ts";
import { classesOf, targetsOf } from "./targets.ts";

/** Images a step, unless it is said. */
const defaultBatchSize = 64;

/** How often values are looked at, over a whole run. */
const looks = 100;

/** Milliseconds between two tellings of how far it has come. */
const telling = 2000;

export type ChoosingContext = Pick<FineTuneContext, "engine" | "network" | "train" | "seed" | "checkpoint" | "signal">;

/**
 * Lays out the training of a model that chooses structures of it on labelled images (Huang & Wang 2018): weights by
 * SGD with Nesterov's momentum, and what is zero in a kernel held there. In the end the statistics of batch normalisation
 * are averaged anew: where factors fall, what a layer reads shrinks faster than moving averages follow.
 */
export function choosingTraining(model: Model, options: ChoosingCourse, context: ChoosingContext): ChoosingTraining {
  const { engine, network, train, seed, signal, checkpoint } = context;
  const { momentum, weightDecay, batchSize = defaultBatchSize, ...rest } = options;
  const course = courseOf({ ...rest, optimizer: "sgd" }, train.fit.batchSize ?? batchSize, context, () => undefined);
  return {
    steps: course.steps,
    classes: train.fit.classes,
    learningRateAt: course.learningRateAt,
    async run(selection, watch, progress) {
      const snapshot = await checkpoint?.load();
      const saved = snapshot && fromSnapshot(snapshot, selection);
      const trainer = await engine.train(model, {
        optimizer: { name: "sgd", momentum, nesterov: true, weightDecay },
        classes: train.fit.classes,
        masks: heldAtZero(model, network),
        ...rolesOf(network),
        temperature: 1,
        teacherShare: 0,
        selection,
      });
      try {
        if (saved) trainer.restore(saved.trainer);
        const end = await trained(trainer, selection, course, saved, context, watch, progress);
        if (statisticsOf(network).size > 0) {
          const tell: Progress = (_, message) => progress(1, `statistics of batch normalisation, ${message}`);
          await averageStatistics(trainer, usualBatches, { train, seed, signal, progress: tell });
        }
        const weights = [...(await trainer.weights())].flatMap(([name, values]) => {
          const weight = model.weights.get(name);
          return weight?.dtype === "float32" ? [withValues(weight, values)] : [];
        });
        return { ...end, model: withWeights(model, weights) } satisfies Chosen;
      } finally {
        trainer.dispose();
      }
    },
  };
}

/** Where choosing is, beside what its trainer knows. */
interface ChoosingState {
  readonly step: number;
  /** How often values have been looked at. */
  readonly looked: number;
  /** Sums of what was seen then. */
  readonly sums: Float32Array;
}

/** Takes all steps that are left. */
async function trained(
  trainer: Trainer,
  selection: StructureSelection,
  course: Course,
  saved: SavedChoosing | undefined,
  context: ChoosingContext,
  watch: (standing: Standing) => Promise<void>,
  progress: Progress,
): Promise<Omit<Chosen, "model">> {
  const { seed, signal, train } = context;
  const { steps, perEpoch } = course;
  const classes = await classesOf(trainer.loaded, train);
  const checkpoint: PacedCheckpoint | undefined = context.checkpoint && paced(context.checkpoint);
  const recent = recentBatches();
  let state: ChoosingState = saved?.state ?? { step: 0, looked: 0, sums: new Float32Array() };
  let told = Number.NEGATIVE_INFINITY;
  let lately: StepOutcome | undefined;

  const snapshot = () => snapshotOf(state, trainer, selection);
  const look = async (): Promise<Standing> => {
    const values = await trainer.structures();
    state = { ...state, looked: state.looked + 1, sums: values.map((value, i) => value + (state.sums[i] ?? 0)) };
    return { step: state.step, values, history: state.sums.map((sum) => sum / state.looked) };
  };
  const tell = async (standing: Standing): Promise<void> => {
    await watch(standing);
    told = performance.now();
  };

  for (;;) {
    const { step } = state;
    if (step === steps || step % Math.ceil(steps / looks) === 0) {
      const standing = await look();
      if (step === steps) {
        await tell(standing);
        return { ...standing, loss: lately?.loss ?? Number.NaN };
      }
      if (performance.now() - told >= telling) await tell(standing);
    }
    if (step > 0) await checkpoint?.offer(step % perEpoch === 0 ? "good" : "any", snapshot);
    // Let messages in between, such as a cancellation.
    await setImmediate();
    if (signal?.aborted) {
      if (step > 0) await checkpoint?.save(snapshot);
      throw cancelled();
    }
    const batch = course.batchOf(step);
    const learningRate = course.learningRateAt(step);
    const targets = await targetsOf(batch, classes, 0, undefined);
    const outcome = await trainer.step({ ...batch, targets }, learningRate, seed + step);
    if (!Number.isFinite(outcome.loss)) throw diverged(outcome.loss, step + 1, learningRate);
    state = { ...state, step: step + 1 };
    lately = recent(outcome);
    const { loss, accuracy } = lately;
    const said = `loss ${loss.toPrecision(3)}, accuracy ${formatShare(accuracy)}`;
    progress((step + 1) / steps, `step ${step + 1} of ${steps}, ${said}`);
  }
}

/** @param step counts from 1 */
function diverged(loss: number, step: number, learningRate: number): SecateurError {
  return new SecateurError(
    "training",
    `The loss became ${loss} at step ${step} with the learning rate ${formatNumber(learningRate)}, so there is nothing to choose by; lower learningRate.`,
  );
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const savedSchema = v.object({
  choosing: v.object({ structures: count, gamma: v.number() }),
  trainerStep: count,
  step: count,
  looked: count,
});

interface SavedChoosing {
  readonly state: ChoosingState;
  readonly trainer: Parameters<Trainer["restore"]>[0];
}

async function snapshotOf(
  { sums, ...state }: ChoosingState,
  trainer: Trainer,
  { count: structures, gamma }: StructureSelection,
): Promise<Snapshot> {
  const { step: trainerStep, weights, slots } = await trainer.save();
  const json: v.InferOutput<typeof savedSchema> = { ...state, trainerStep, choosing: { structures, gamma } };
  return { json, arrays: new Map([...under("weights", weights), ...under("slots", slots), ["sums", sums]]) };
}

/** @returns nothing where it is a snapshot of something else */
function fromSnapshot(
  { json, arrays }: Snapshot,
  { count: structures, gamma }: StructureSelection,
): SavedChoosing | undefined {
  const parsed = v.safeParse(savedSchema, json);
  const sums = arrays.get("sums");
  if (!parsed.success || !(sums instanceof Float32Array)) return undefined;
  const { choosing, trainerStep, step, looked } = parsed.output;
  if (choosing.structures !== structures || choosing.gamma !== gamma) return undefined;
  const floats = (folder: string) => within(arrays, folder) as Map<string, Float32Array>;
  return {
    state: { step, looked, sums },
    trainer: { step: trainerStep, weights: floats("weights"), slots: floats("slots") },
  };
}
