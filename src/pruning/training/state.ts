import * as v from "valibot";
import type { Snapshot } from "../checkpoint.ts";
import type { TrainerState } from "../engine/training/contract.ts";
import type { Mask } from "../model/zero.ts";

/** How the validation images were answered. */
export interface Answers {
  readonly accuracy: number;
  readonly loss: number;
}

/** The weights that answered them best, and after which step. */
export interface Best extends Answers {
  readonly step: number;
  /** How far gradual pruning had come, 0 to 1: what is sparser is better, whatever it answers. */
  readonly grown: number;
  readonly weights: ReadonlyMap<string, Float32Array>;
}

/** Where a training run is, beside what its trainer knows. Batches and what is drawn follow from seed and step. */
export interface TrainingState {
  /** Steps taken. */
  readonly step: number;
  /** Steps that had been taken when the validation images were last looked at; -1 before the first time. */
  readonly validated: number;
  /** Epochs in a row that brought nothing better. */
  readonly stale: number;
  /** How far gradual pruning has come, 0 to 1; 1 where there is none. */
  readonly grown: number;
  /** What is held at zero, by the names of kernels. */
  readonly masks: ReadonlyMap<string, Mask>;
  /** Before the first step. */
  readonly before?: Answers;
  readonly best?: Best;
}

const answers = v.object({ accuracy: v.number(), loss: v.number() });

const savedSchema = v.object({
  batchSize: v.number(),
  trainerStep: v.number(),
  step: v.number(),
  validated: v.number(),
  stale: v.number(),
  grown: v.number(),
  before: answers,
  best: v.object({ ...answers.entries, step: v.number(), grown: v.number() }),
});

type Arrays = ReadonlyMap<string, Float32Array | Uint8Array>;

/** All of a training run as a snapshot. */
export function snapshotOf(
  { masks, best, before, ...rest }: TrainingState,
  trainer: TrainerState,
  batchSize: number,
): Snapshot {
  if (!before || !best) throw new Error("there is nothing to go on from before the first validation");
  const { weights, ...told } = best;
  return {
    json: { ...rest, before, best: told, batchSize, trainerStep: trainer.step } satisfies v.InferOutput<
      typeof savedSchema
    >,
    arrays: new Map<string, Float32Array | Uint8Array>([
      ...under("weights", trainer.weights),
      ...under("slots", trainer.slots),
      ...under("best", weights),
      ...under("masks", masks),
    ]),
  };
}

/** A training run to be taken up again. */
export interface SavedTraining {
  readonly batchSize: number;
  readonly state: TrainingState;
  readonly trainer: TrainerState;
}

/** A snapshot read back. @returns nothing where it is not one of a training run */
export function fromSnapshot({ json, arrays }: Snapshot): SavedTraining | undefined {
  const parsed = v.safeParse(savedSchema, json);
  if (!parsed.success) return undefined;
  const { batchSize, trainerStep, best, ...rest } = parsed.output;
  const floats = (folder: string) => within(arrays, folder) as Map<string, Float32Array>;
  const masks = within(arrays, "masks") as Map<string, Mask>;
  const state: TrainingState = { ...rest, masks, best: { ...best, weights: floats("best") } };
  const trainer: TrainerState = { step: trainerStep, weights: floats("weights"), slots: floats("slots") };
  return { batchSize, state, trainer };
}

/** Arrays by their names below a folder of a snapshot. */
export function under<T>(folder: string, arrays: ReadonlyMap<string, T>): [string, T][] {
  return [...arrays].map(([name, values]) => [`${folder}/${name}`, values]);
}

/** Those below a folder, by the names that `under` was given. */
export function within(arrays: Arrays, folder: string): Map<string, Float32Array | Uint8Array> {
  const inside = [...arrays].filter(([name]) => name.startsWith(`${folder}/`));
  return new Map(inside.map(([name, values]) => [name.slice(folder.length + 1), values]));
}
