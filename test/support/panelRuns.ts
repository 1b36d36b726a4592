import type { PanelRun, PanelState } from "../../src/protocol/panel.ts";
import type { FactorRecord, Metrics, SensitivityAnalysis, Trial } from "../../src/pruning/runs/run.ts";

// Runs as the host sends them to the Pareto page, with numbers of the size real models give.

const PARAMETERS = 1_147_146;
const MACS = 29_451_264;

/** Metrics of a model of 1.1 M parameters at a sparsity; accuracy in percent, as papers print it. */
export function metricsAt(sparsity: number, accuracy?: number): Metrics {
  const nonZero = Math.round(PARAMETERS * (1 - sparsity));
  return {
    sparsity,
    parameters: PARAMETERS,
    nonZero,
    compression: PARAMETERS / nonZero,
    macs: MACS,
    effectiveMacs: Math.round(MACS * (1 - sparsity * 0.94)),
    bytes: 4_597_312,
    gzipBytes: Math.round(4_260_000 * (1 - sparsity * 0.9)),
    latencyMs: 12.4 + sparsity / 10,
    latencyBatch32Ms: 231 - sparsity,
    ...(accuracy === undefined
      ? {}
      : { accuracy: accuracy / 100, top5: 0.998 - sparsity / 60, loss: (100 - accuracy) / 33 }),
  };
}

/** A trial of a run, by its number. */
export function trialOf(
  run: string,
  n: number,
  sparsity: number,
  accuracy?: number,
  notes: readonly string[] = [],
): Trial {
  return {
    id: `${run}/${n}`,
    label: n === 0 ? "unpruned" : `magnitude ${Math.round(sparsity * 100)} %`,
    model: `trials/${n}/model.json`,
    metrics: metricsAt(sparsity, accuracy),
    layers: [],
    notes,
    finished: "2026-11-20T10:00:00.000Z",
  };
}

/** A run with a baseline and one trial per pair of sparsity and accuracy (in percent). */
export function panelRun(
  id: string,
  colour: number,
  results: readonly (readonly [sparsity: number, accuracy?: number])[],
  more: Partial<PanelRun> = {},
): PanelRun {
  const measured = results.some(([, accuracy]) => accuracy !== undefined);
  return {
    version: 1,
    id,
    colour,
    status: "done",
    model: "/models/fashion-vggbn/model.json",
    modelName: "fashion-vggbn",
    title: `Run ${id}`,
    folder: `/models/fashion-vggbn/.secateur/runs/${id}`,
    started: "2026-11-20T09:58:00.000Z",
    process: { pid: 1, host: "here" },
    versions: { secateur: "0.1.0", tfjs: "4.22.0", node: "20.19.0" },
    machine: { platform: "linux", cpu: "a processor", cores: 2, memory: 8e9 },
    ...(measured
      ? { data: { path: "/data/fashion", scaling: "x / 255", split: "test", examples: 10_000, notes: [] } }
      : {}),
    baseline: trialOf(id, 0, 0, measured ? 90.64 : undefined),
    trials: results.map(([sparsity, accuracy], index) => trialOf(id, index + 1, sparsity, accuracy)),
    sensitivity: [],
    factors: [],
    ...more,
  };
}

const global = panelRun(
  "global",
  0,
  [
    [0.1, 90.66],
    [0.2, 90.61],
    [0.3, 90.5],
    [0.4, 90.12],
    [0.5, 89.31],
    [0.6, 87.5],
    [0.7, 83.9],
    [0.8, 71.2],
    [0.9, 38.4],
  ],
  { title: "Magnitude, global" },
);

const perLayer = panelRun(
  "per-layer",
  1,
  [
    [0.1, 90.58],
    [0.2, 90.47],
    [0.3, 90.06],
    [0.4, 89.2],
    [0.5, 87.6],
    [0.6, 84.1],
    [0.7, 76.8],
    [0.8, 55.3],
  ],
  {
    title: "Magnitude per layer, convolutions only, keeping the first and the last layer as they are",
    status: "running",
  },
);

const failed = panelRun(
  "failed",
  2,
  [
    [0.25, 90.4],
    [0.55, 88.9],
    [0.75, 80.2],
  ],
  {
    title: "Quality × standard deviation",
    status: "failed",
    error:
      "The backend ran out of memory at layer conv2d_6: choose fewer examples with --limit, or the tensorflow backend.",
  },
);

const note =
  "Asked for 80.0 %, reached 79.6 %: the first and the last layer were left out by their names, and 1,204 weights of conv2d_4 tie at the threshold.";

/** Three runs, one of them going, one failed, with twenty trials and a long name. */
export const threeRuns: PanelState = {
  type: "state",
  runs: [
    global,
    { ...perLayer, trials: perLayer.trials.map((trial, index) => (index === 7 ? { ...trial, notes: [note] } : trial)) },
    failed,
  ],
};

/** A run on which nothing was measured, since it had no data. */
export const withoutData: PanelState = {
  type: "state",
  runs: [panelRun("blind", 0, [[0.3], [0.6], [0.9]], { title: "Magnitude, global" })],
};

/** A run on images without labels: its models were compared with the unpruned one. */
export const withoutLabels: PanelState = {
  type: "state",
  runs: [withAgreement(panelRun("unlabelled", 0, [[0.3], [0.6], [0.9]]), [1, 0.995, 0.96, 0.41])],
};

/** @param agreements of the baseline and each trial */
function withAgreement(run: PanelRun, [baseline = 1, ...others]: readonly number[]): PanelRun {
  const agreeing = (trial: Trial, agreement: number): Trial => ({ ...trial, metrics: { ...trial.metrics, agreement } });
  return {
    ...run,
    ...(run.baseline && { baseline: agreeing(run.baseline, baseline) }),
    trials: run.trials.map((trial, i) => agreeing(trial, others[i] ?? 0)),
  };
}

/** The same state with a further trial in one run, as the host sends it when the trial is on disk. */
export function withTrial(state: PanelState, run: string, sparsity: number, accuracy: number): PanelState {
  return {
    ...state,
    runs: state.runs.map((each) =>
      each.id === run
        ? { ...each, trials: [...each.trials, trialOf(run, each.trials.length + 1, sparsity, accuracy)] }
        : each,
    ),
  };
}

/** What pruning single layers of a small network does to it. */
export const sensitivity: SensitivityAnalysis = {
  place: "0",
  label: "sensitivity by l2",
  criterion: "l2",
  images: 1000,
  accuracy: 0.906,
  loss: 0.31,
  ratios: [0.25, 0.5, 0.75],
  groups: [
    { name: "conv2d_1", layers: ["conv2d_1"], channels: 32, points: pointsOf(32, [0.9, 0.81, 0.34]) },
    { name: "conv2d_2", layers: ["conv2d_2", "shortcut_2"], channels: 64, points: pointsOf(64, [0.906, 0.89, 0.7]) },
    { name: "dense_1", layers: ["dense_1"], channels: 2, points: pointsOf(2, [undefined, 0.6, 0.6]) },
  ],
  left: [{ name: "dense_2", reason: "The model answers with it." }],
  isDone: true,
};

/** One point for each quarter that goes, where it was measured; a channel stays. */
function pointsOf(channels: number, accuracies: readonly (number | undefined)[]) {
  return accuracies.flatMap((accuracy, i) => {
    const ratio = (i + 1) / 4;
    const removed = Math.min(channels - 1, Math.round(ratio * channels));
    return accuracy === undefined ? [] : [{ ratio, removed, accuracy, loss: 1 }];
  });
}

/** A run that measured sensitivity beside its trials. */
export const withSensitivity: PanelState = {
  type: "state",
  runs: [panelRun("sensitive", 0, [[0.3, 90.1]], { title: "Filters", sensitivity: [sensitivity] })],
};

const binsOf = (bins: Readonly<Record<number, number>>) => Array.from({ length: 20 }, (_, bin) => bins[bin] ?? 0);

/** The factors of a small network while they are trained. */
export const factors: FactorRecord = {
  place: "0",
  label: "sss γ auto",
  by: "factors",
  gamma: 0.012345,
  step: 1200,
  steps: 4000,
  top: 1.4,
  groups: [
    { name: "conv2d_1", layers: ["conv2d_1"], count: 32, zero: 20, bins: binsOf({ 0: 2, 9: 4, 10: 5, 19: 1 }) },
    { name: "conv2d_2", layers: ["conv2d_2", "shortcut_2"], count: 64, zero: 0, bins: binsOf({ 13: 24, 14: 40 }) },
    { name: "dense_1", layers: ["dense_1"], count: 2, zero: 1, bins: binsOf({ 4: 1 }) },
  ],
};

/** A run that trains factors, and has no trial yet. */
export const withFactors: PanelState = {
  type: "state",
  runs: [panelRun("chosen", 0, [], { title: "Filters", status: "running", factors: [factors] })],
};
