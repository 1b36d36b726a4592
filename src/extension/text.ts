import { formatShare } from "../pruning/text.ts";

/** Sentences of the extension that are not about one item of a view. */
export const text = {
  pruning: (title: string): string => `Pruning ${title}`,
  starting: "starting …",
  cancelled: "Cancelled.",
  waitingForTurn: "waiting for the run before it",
  progress: (fraction: number, message: string): string =>
    `${formatShare(Math.floor(fraction * 100) / 100)} · ${message}`,
  notTrusted: "Pruning runs code on files of this workspace, so it needs a workspace that you trust.",
  cancelledRun: (kept: number): string =>
    kept === 0
      ? "The run was cancelled before its first model was done."
      : `The run was cancelled; ${kept === 1 ? "the model it had finished is" : `the ${kept} models it had finished are`} kept.`,
  runsElsewhere: (title: string): string =>
    `The run of ${title} was started in another window or a terminal; cancel it there.`,
  resumedAlready: (title: string): string => `The run of ${title} is going or waits for its turn already.`,
  noLayerSelected: "No layer is selected in the Layers view; choose one there, then Reveal Group.",
  noGroup: (layer: string): string =>
    `“${layer}” belongs to no group of layers that lose filters together; choose a convolution or dense layer.`,
  noFilterSelected: "No filter is selected in the Layers view; open a layer there and choose some.",
  noFiltersOfGraphs: (title: string): string =>
    `Filters can be taken out of layers models only, and ${title} is a graph model; prune it by magnitude, or convert the original to a layers model.`,
  stillRunning: (title: string): string => `The run of ${title} is still going; cancel it before deleting it.`,
};
