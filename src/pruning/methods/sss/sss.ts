import type { Network } from "../../graph/network.ts";
import type { Model } from "../../model/model.ts";
import { partOf } from "../../progress.ts";
import { chooseLayers } from "../layers.ts";
import type { MethodContext, Pruned } from "../spec.ts";
import { blockSelection } from "./blocks.ts";
import { channelSelection } from "./channels.ts";
import type { ChoosingCourse, ChoosingTraining } from "./contract.ts";
import { autoGamma, type Unused } from "./gamma.ts";
import { leftNotes, lostNote, nothingToChoose, slowGamma, trainedNotes } from "./notes.ts";
import type { Selection } from "./selection.ts";
import { compared, spreadOf } from "./spread.ts";
import { defaults, type SssOptions } from "./sssSpec.ts";

/** Whether there are layers of the choice. @throws SecateurError `bad-recipe` */
export function checkSss(options: SssOptions, network: Network): void {
  chooseLayers(network, options);
}

/** Share of the progress that training has. */
const trainingShare = 0.95;

/**
 * Sparse structure selection (Huang & Wang 2018): the model is trained with a factor on every structure, which a sparsity
 * term draws to zero; structures whose factor has become exactly zero go, and the other factors are multiplied into the
 * weights. What is left answers as its masked twin does, or nothing is returned.
 * @throws SecateurError as `anatomyOf`, `ChoosingTraining.run` and `shrinkVerified`
 */
export async function sss(model: Model, options: SssOptions, context: MethodContext): Promise<Pruned> {
  const selection = selectionOf(model, options, context.network);
  const { candidates, by } = selection;
  const { axes, count } = candidates;
  if (count === 0) return { model, notes: nothingToChoose(candidates) };
  const { training, unused } = await laidOut(model, selection, options, context);
  const { steps, classes } = training;
  const { gamma: asked = "auto" } = options;
  const isAuto = asked === "auto";
  const gamma = isAuto ? autoGamma(unused) : asked;
  const warning = slowGamma(gamma, unused, by);
  const { momentum } = unused;
  const chosen = await training.run(
    { by, count, axes, gamma, momentum },
    (standing) => context.keepFactors(spreadOf(compared(standing, candidates, by), candidates, { by, gamma, steps })),
    partOf(context.progress, 0, trainingShare),
  );
  context.progress(trainingShare, "taking out what has become zero");
  const lost = lostNote(chosen.loss, classes);
  if (lost) context.warn(lost);
  const standing = compared(chosen, candidates, by);
  const { model: pruned, notes } = await selection.prune(chosen.model, standing, context);
  return {
    model: pruned,
    notes: [
      ...trainedNotes(standing, selection, { gamma, isAuto }),
      ...(lost ? [lost] : []),
      ...notes,
      ...(warning ? [warning] : []),
      ...leftNotes(candidates),
    ],
  };
}

/** What a γ will come to that is too small for the steps there are: one sentence, or none. */
export async function foreseeSss(
  model: Model,
  options: SssOptions,
  context: Pick<MethodContext, "network" | "choosing">,
): Promise<string[]> {
  const { gamma = "auto" } = options;
  if (gamma === "auto") return [];
  const selection = selectionOf(model, options, context.network);
  if (selection.candidates.count === 0) return [];
  const { unused } = await laidOut(model, selection, options, context);
  return [slowGamma(gamma, unused, selection.by)].filter((sentence) => sentence !== undefined);
}

function selectionOf(model: Model, options: SssOptions, network: Network): Selection {
  const { selection = defaults.selection } = options;
  return selection === "blocks"
    ? blockSelection(model, options, network)
    : channelSelection(model, selection, options, network);
}

/** The training that chooses, and what becomes of a value on its way that only the sparsity term moves. */
async function laidOut(
  model: Model,
  { start }: Selection,
  options: SssOptions,
  { network, choosing }: Pick<MethodContext, "network" | "choosing">,
): Promise<{ readonly training: ChoosingTraining; readonly unused: Unused }> {
  const course = courseOf(options);
  const training = await choosing(model, network, course);
  const learningRates = Array.from({ length: training.steps }, (_, step) => training.learningRateAt(step));
  return { training, unused: { start, momentum: course.momentum, learningRates } };
}

function courseOf({
  epochs = defaults.epochs,
  steps,
  batchSize,
  learningRate = defaults.learningRate,
  decay = defaults.decay,
  warmup = defaults.warmup,
  momentum = defaults.momentum,
  weightDecay = defaults.weightDecay,
  flip,
  shift,
}: SssOptions): ChoosingCourse {
  return { epochs, steps, batchSize, learningRate, decay, warmup, momentum, weightDecay, flip, shift };
}
