import { setImmediate } from "node:timers/promises";
import { paced } from "../checkpoint.ts";
import { evaluate } from "../engine/evaluate.ts";
import type { Trainer } from "../engine/training/contract.ts";
import { SecateurError } from "../errors.ts";
import { formatShare } from "../text.ts";
import type { FineTuneContext, FineTuned } from "./context.ts";
import type { Course } from "./course.ts";
import { pruned } from "./gradual.ts";
import { prunesBefore } from "./gradualSchedule.ts";
import { cancelled, diverged, notesOf, stoppedEarly } from "./outcome.ts";
import { recentBatches } from "./recent.ts";
import { type Answers, type Best, snapshotOf, type TrainingState } from "./state.ts";
import { classesOf, targetsOf } from "./targets.ts";

export interface Outcome extends Omit<FineTuned, "model">, Pick<Best, "weights"> {}

/**
 * Takes all steps of a training run, and looks at the validation images before the first and after every epoch.
 * @param trainer in the state that `from` tells of
 * @param from the beginning, or where a run that was broken off goes on
 * @returns the weights that answered them best, or the last ones, as the course has it; where the model is pruned on the way, the best of the sparsest
 * @throws SecateurError `cancelled` before there is anything worth keeping; whatever a step throws
 */
export async function trainingLoop(
  trainer: Trainer,
  course: Course,
  from: TrainingState,
  context: FineTuneContext,
): Promise<Outcome> {
  const { seed, signal, teacher } = context;
  const { steps, gradual } = course;
  const classes = await classesOf(trainer.loaded, context.validation);
  const checkpoint = context.checkpoint && paced(context.checkpoint);
  const recent = recentBatches();
  let state = from;

  const snapshot = async () => snapshotOf(state, await trainer.save(), course.batchSize);
  const end = (ended?: SecateurError, notes: readonly string[] = []): Outcome => {
    if (!state.best) throw ended;
    const { weights } = state.best;
    return { weights, notes: [...notesOf(state, course, context), ...notes], ...(ended && { ended }) };
  };
  const cancel = async (): Promise<Outcome> => {
    if (state.step > 0) await checkpoint?.save(snapshot);
    return end(cancelled());
  };

  for (;;) {
    const isDue = isValidationDue(state, course);
    if (isDue) {
      const answers = await unlessCancelled(validate(trainer, context));
      if (!answers) return cancel();
      state = await judged(state, answers, trainer, course);
      if (state.stale === course.patience) return end(undefined, [stoppedEarly(state.stale)]);
    }
    if (state.step > 0) await checkpoint?.offer(isDue ? "good" : "any", snapshot);
    const { step } = state;
    if (step === steps) return end();
    // Let messages in between, such as a cancellation.
    await setImmediate();
    if (signal?.aborted) return cancel();
    if (gradual && prunesBefore(gradual.schedule, step))
      state = { ...state, ...(await pruned(trainer, gradual, state)) };
    const batch = course.batchOf(step);
    const learningRate = course.learningRateAt(step);
    const targets = await targetsOf(batch, classes, course.labelSmoothing, teacher);
    const outcome = await trainer.step({ ...batch, targets }, learningRate, seed + step);
    if (!Number.isFinite(outcome.loss)) return end(diverged(outcome.loss, step + 1, learningRate));
    state = { ...state, step: step + 1 };
    const { loss, accuracy } = recent(outcome);
    const told = `loss ${loss.toPrecision(3)}, accuracy ${formatShare(accuracy)}`;
    const best = formatShare(state.best?.accuracy ?? 0);
    context.progress((step + 1) / steps, `step ${step + 1} of ${steps}, ${told}, validation ${best}`);
  }
}

/** Before the first step, after every epoch and after the last step; once each. */
const isValidationDue = ({ step, validated }: TrainingState, { perEpoch, steps }: Course): boolean =>
  validated < step && (step % perEpoch === 0 || step === steps);

/** What a look at the validation images changes. Sparser weights are better, on the way to a target, whatever they answer. */
async function judged(
  state: TrainingState,
  answers: Answers,
  trainer: Trainer,
  { keep }: Course,
): Promise<TrainingState> {
  const { step, grown, best, before = answers } = state;
  const better = !best || keep === "last" || grown > best.grown || isBetter(answers, best);
  return {
    ...state,
    before,
    validated: step,
    // Until the target is reached, what was best so far is best for want of anything as sparse.
    stale: better || grown < 1 ? 0 : state.stale + 1,
    ...(better && { best: { ...answers, step, grown, weights: await trainer.weights() } }),
  };
}

const isBetter = (a: Answers, b: Answers): boolean =>
  a.accuracy > b.accuracy || (a.accuracy === b.accuracy && a.loss < b.loss);

function validate(trainer: Trainer, { validation, signal }: FineTuneContext): Promise<Answers> {
  const { split, fit, scaling } = validation;
  return evaluate(trainer.loaded, split, fit, scaling, { signal });
}

async function unlessCancelled<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (SecateurError.is(error, "cancelled")) return undefined;
    throw error;
  }
}
