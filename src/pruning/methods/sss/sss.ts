import type { Network } from "../../graph/network.ts";
import type { Model } from "../../model/model.ts";
import { partOf } from "../../progress.ts";
import { chooseLayers } from "../layers.ts";
import type { MethodContext, Pruned } from "../spec.ts";
import { blockSelection } from "./blocks.ts";
import { channelSelection } from "./channels.ts";
import type { ChoosingCourse } from "./contract.ts";
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
  const selection = selectionOf(model, options, context);
  const { candidates, by, start } = selection;
  const { axes, count } = candidates;
  if (count === 0) return { model, notes: nothingToChoose(candidates) };
  const { momentum, ...course } = courseOf(options);
  const training = await context.choosing(model, context.network, { momentum, ...course });
  const { steps, classes } = training;
  const learningRates = Array.from({ length: steps }, (_, step) => training.learningRateAt(step));
  const unused: Unused = { start, momentum, learningRates };
  const isAuto = options.gamma === undefined || options.gamma === "auto";
  const gamma = options.gamma === undefined || options.gamma === "auto" ? autoGamma(unused) : options.gamma;
  const warning = slowGamma(gamma, unused, by);
  if (warning) context.warn(warning);
  const chosen = await training.run(
    { by, count, axes, gamma, momentum },
    (standing) => context.keepFactors(spreadOf(compared(standing, candidates, by), candidates, { by, gamma, steps })),
    partOf(context.progress, 0, trainingShare),
  );
  context.progress(trainingShare, "taking out what has become zero");
  const lost = lostNote(chosen.loss, classes);
  if (lost) context.warn(lost);
  const standing = compared(chosen, candidates, by);
  const { model: pruned, notes } = await selection.prune(chosen.model, standing);
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

function selectionOf(model: Model, options: SssOptions, context: MethodContext): Selection {
  const { selection = defaults.selection } = options;
  return selection === "blocks"
    ? blockSelection(model, options, context)
    : channelSelection(model, selection, options, context);
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
