/** An axis of a weight, and to which structure each index along it belongs; -1 where to none. */
export interface StructureAxis {
  /** Name of the weight. */
  readonly weight: string;
  readonly axis: number;
  /** As long as the axis. */
  readonly structures: Int32Array;
}

/** Parts of a model that training is to choose from: channels, groups of channels, blocks. Numbered from 0. */
export interface Structures {
  readonly count: number;
  /** Where their weights are. A structure may lie in several. */
  readonly axes: readonly StructureAxis[];
}

/**
 * How training chooses. `factors`: each structure is multiplied by a factor of its own, which begins at 1 and is trained
 * by accelerated proximal gradient towards exactly zero (Huang & Wang 2018, eqs. 10-12). `norms`: the loss has a group
 * lasso, γ times the sum of the L2 norms of the structures' weights (Yuan & Lin 2006), which makes some small.
 */
export interface StructureSelection extends Structures {
  readonly by: "factors" | "norms";
  /** γ: strength of the sparsity term. At least 0. */
  readonly gamma: number;
  /** μ of the factors' update, 0 to just under 1. */
  readonly momentum: number;
}
