/** A kernel seen filter by filter: element i of `values` belongs to filter `filterOf(i)`, of `count`. */
export interface KernelView {
  readonly values: Float32Array;
  readonly count: number;
  filterOf(index: number): number;
}

/** A score of importance for filters. */
export interface Criterion<Name extends string = string> {
  readonly name: Name;
  readonly title: string;
  /** What the number means, and in which unit, for people. */
  readonly description: string;
  /**
   * One score per filter, higher is more important.
   * @param kernels of one layer, all of the same `count`; a recurrent layer has two, most have one
   */
  score(kernels: readonly KernelView[]): Float64Array;
}
