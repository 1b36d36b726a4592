import type { StepOutcome } from "../engine/training/contract.ts";

/** Batches that a figure of the progress is the mean of: one alone jumps up and down. */
const group = 20;

/** Mean loss and accuracy over the last group of batches. */
export function recentBatches(): (outcome: StepOutcome) => StepOutcome {
  const last: StepOutcome[] = [];
  return (outcome) => {
    last.push(outcome);
    if (last.length > group) last.shift();
    const mean = (key: keyof StepOutcome) => last.reduce((sum, each) => sum + each[key], 0) / last.length;
    return { loss: mean("loss"), accuracy: mean("accuracy") };
  };
}
