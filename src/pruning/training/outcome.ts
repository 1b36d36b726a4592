import { SecateurError } from "../errors.ts";
import { formatNumber, formatShare } from "../text.ts";
import type { FineTuneContext } from "./context.ts";
import type { Course } from "./course.ts";
import { gradualNote } from "./gradual.ts";
import type { TrainingState } from "./state.ts";

// What is said of a training run, in sentences.

/** What it came to. @param state of a run that has looked at the validation images at least once */
export function notesOf(
  { step, before, best }: TrainingState,
  { steps, gradual, keep }: Course,
  { teacher }: FineTuneContext,
): string[] {
  if (!before || !best) return [];
  const learning = teacher ? "Distilling" : "Fine-tuning";
  const judged = teacher?.share === 1 ? "agreement with the unpruned model" : "validation accuracy";
  const kept = keep === "last" ? "as asked, the last weights are kept" : `best after step ${best.step}`;
  const which = best.step === 0 ? "no step was better than none" : kept;
  return [
    `${learning}, ${step} of ${steps} steps: ${judged} from ${formatShare(before.accuracy)} to ${formatShare(best.accuracy)}, ${which}.`,
    ...(gradual ? [gradualNote(gradual, best)] : []),
  ];
}

export const stoppedEarly = (stale: number): string =>
  `Stopped early: ${stale} epochs in a row brought nothing better.`;

export const cancelled = (): SecateurError => new SecateurError("cancelled", "Cancelled.");

/** @param step counts from 1 */
export function diverged(loss: number, step: number, learningRate: number): SecateurError {
  return new SecateurError(
    "training",
    `The loss became ${loss} at step ${step} with the learning rate ${formatNumber(learningRate)}; the last good weights are kept, and a lower learning rate may help.`,
  );
}
