/** The names that package.json and the code must agree on; a unit test compares them. */
export const commands = {
  pruneModel: "secateur.pruneModel",
  inspectModel: "secateur.inspectModel",
  showPareto: "secateur.showPareto",
  runRecipe: "secateur.runRecipe",
  cancelRun: "secateur.cancelRun",
  resumeRun: "secateur.resumeRun",
  openRunFolder: "secateur.openRunFolder",
  openModel: "secateur.openModel",
  revealModel: "secateur.revealModel",
  deleteRun: "secateur.deleteRun",
  selectTrial: "secateur.selectTrial",
  showMoreFilters: "secateur.showMoreFilters",
  chooseCriterion: "secateur.chooseCriterion",
  revealGroup: "secateur.revealGroup",
  pruneFilters: "secateur.pruneFilters",
  refresh: "secateur.refresh",
  openSettings: "secateur.openSettings",
  showLog: "secateur.showLog",
} as const;

export const views = { layers: "secateur.layers", runs: "secateur.runs" } as const;

export const panels = { pareto: "secateur.pareto" } as const;

/** Context keys that `when` clauses read. */
export const contextKeys = {
  /** Paths of the files known to be models. */
  models: "secateur.models",
  /** Set once `models` can be relied on; until then menus go by file name. */
  scanned: "secateur.scanned",
  hasRuns: "secateur.hasRuns",
  running: "secateur.running",
} as const;
