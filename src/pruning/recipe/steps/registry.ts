import type { Checkpoint } from "../../checkpoint.ts";
import type { Verification } from "../../engine/equality.ts";
import type { SecateurError } from "../../errors.ts";
import type { Network } from "../../graph/network.ts";
import { methodNamed } from "../../methods/registry.ts";
import type { Findings, SensitivityOptions } from "../../methods/sensitivity.ts";
import type { DeadOptions } from "../../methods/shrinkDead.ts";
import type { MethodContext } from "../../methods/spec.ts";
import type { ChoosingCourse, ChoosingTraining } from "../../methods/sss/contract.ts";
import type { Model } from "../../model/model.ts";
import type { DistillOptions, RecalibrateOptions, TrainingOptions } from "../../training/options.ts";
import type { Studio } from "../studio.ts";
import type { PruneOptions } from "./prune.ts";
import type { StepKind, StepVariant } from "./spec.ts";

export interface StepContext extends Verification, Pick<MethodContext, "keepTrial" | "keepFactors" | "warn"> {
  /** Of the model that the step is given. */
  readonly network: Network;
  /** The unpruned model. */
  readonly original: Model;
  readonly seed: number;
  /** Opens what training needs; only called by steps that learn. */
  studio(): Studio;
  /** Where the step goes on from, if it was broken off, and keeps what it needs for that. */
  readonly checkpoint: Checkpoint;
  /** Where a step that leaves the model as it is keeps what it finds. */
  readonly findings: Findings;
  readonly signal?: AbortSignal;
  /** @param fraction 0 to 1 over the step */
  progress(fraction: number, message: string): void;
}

export interface StepResult {
  readonly model: Model;
  readonly notes: readonly string[];
  /** Why it ended early; the model is the best until then, and worth keeping. */
  readonly ended?: SecateurError;
}

type Execute<Options> = (model: Model, options: Options, context: StepContext) => Promise<StepResult>;

/** The executors of all steps. What they need is imported when they run: pruning alone never loads TensorFlow.js. */
export const stepExecutors: { readonly [Kind in StepKind]: Execute<never> } = {
  async prune(model, { method, options, fineTune }: PruneOptions, context) {
    return methodNamed(method).prune(model, options, {
      ...context,
      laboratory: context.studio,
      choosing: (trained, network, course) => choosing(trained, network, course, context),
      ...(fineTune && { fineTune: trainingBetween(fineTune, context) }),
    });
  },
  async fineTune(model, options: TrainingOptions, context) {
    const { fineTune } = await import("../../training/fineTune.ts");
    return fineTune(model, options, { ...context, ...context.studio() });
  },
  async distill(model, options: DistillOptions, context) {
    const { distill } = await import("../../training/distill.ts");
    return distill(model, options, { ...context, ...context.studio() });
  },
  async recalibrate(model, options: RecalibrateOptions, context) {
    const { recalibrate } = await import("../../training/recalibrate.ts");
    return recalibrate(model, options, { ...context, ...context.studio() });
  },
  async reinitialize(model, _: object, { network, seed }) {
    const { reinitialize } = await import("../../training/reinitialize.ts");
    return reinitialize(model, network, seed);
  },
  async shrink(model, options: DeadOptions, context) {
    const { shrinkDead } = await import("../../methods/shrinkDead.ts");
    return shrinkDead(model, options, context);
  },
  async expand(model, _: object, { original, ...context }) {
    const { expandInto } = await import("../../methods/expandInto.ts");
    return expandInto(original, model, context);
  },
  async sensitivity(model, options: SensitivityOptions, context) {
    const { measureSensitivity } = await import("../../methods/sensitivity.ts");
    await measureSensitivity(model, options, { ...context, laboratory: context.studio }, context.findings);
    return { model, notes: [] };
  },
};

/** Training for a method that chooses structures while the model trains. */
async function choosing(
  model: Model,
  network: Network,
  course: ChoosingCourse,
  { seed, signal, checkpoint, studio }: Pick<StepContext, "seed" | "studio"> & Partial<StepContext>,
): Promise<ChoosingTraining> {
  const { choosingTraining } = await import("../../training/choosing.ts");
  const broken = { ...(checkpoint && { checkpoint }), ...(signal && { signal }) };
  return choosingTraining(model, course, { network, seed, ...broken, ...studio() });
}

/**
 * What of a step will come out other than asked, as far as model and data tell before anything is done: sentences.
 * @param model the unpruned one
 */
export async function foreseenOf(
  { kind, options }: StepVariant,
  model: Model,
  context: Pick<StepContext, "network" | "seed" | "studio">,
): Promise<readonly string[]> {
  if (kind !== "prune") return [];
  const { method, options: own } = options as PruneOptions;
  const foreseen = methodNamed(method).foresee?.(model, own, {
    network: context.network,
    choosing: (trained, network, course) => choosing(trained, network, course, context),
  });
  return (await foreseen) ?? [];
}

/** Training for a method that prunes in iterations, of whatever model it has by then. */
function trainingBetween(
  options: TrainingOptions,
  { seed, signal, studio }: StepContext,
): NonNullable<MethodContext["fineTune"]> {
  return async (model, network, progress) => {
    const { fineTune } = await import("../../training/fineTune.ts");
    return fineTune(model, options, { network, seed, progress, ...(signal && { signal }), ...studio() });
  };
}
