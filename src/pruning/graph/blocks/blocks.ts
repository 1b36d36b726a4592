/** A residual block: what an Add adds to a shortcut around it. */
export interface ResidualBlock {
  /** Name of the Add. */
  readonly name: string;
  /** Names of the layers that only the branch needs, in network order; gone with it. */
  readonly branch: readonly string[];
  /** Which of the Add's two inputs is the branch. */
  readonly input: 0 | 1;
  /**
   * Weights that scale what the branch gives: multiplied by the same number of at least 0, all of them, they multiply
   * what arrives at the Add.
   */
  readonly scales: readonly string[];
}

/** The residual blocks of a model, and the Adds that are none. */
export interface ResidualBlocks {
  /** In network order. */
  readonly blocks: readonly ResidualBlock[];
  /** Why others cannot be taken for one: a sentence each. */
  readonly left: readonly { readonly name: string; readonly reason: string }[];
}
