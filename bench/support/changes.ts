/** Settings that a person gives in place of a benchmark's usual ones. */
export interface Changed<Settings> {
  /** What alone is to be measured; all of it where it is left out. */
  readonly only: string | undefined;
  readonly changes: Partial<Settings>;
  /** Whether what is measured is measured as usual: then it is kept. */
  readonly isUsual: boolean;
}

/** Reads them as JSON from a variable of the environment, such as `{"only": "cifar10", "epochs": 1}`. */
export function changesIn<Settings>(variable: string): Changed<Settings> {
  const { only, ...changes } = JSON.parse(process.env[variable] ?? "{}");
  return { only, changes, isUsual: Object.keys(changes).length === 0 };
}
