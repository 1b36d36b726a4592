/** The measurements of one model. Shares are 0 to 1, sizes in bytes, times in ms, one multiply-add = 1 MAC. */
export interface Metrics {
  /** 1 − non-zero / weights of the original, over prunable weights. */
  readonly sparsity: number;
  readonly parameters: number;
  readonly nonZero: number;
  /** parameters of the original / nonZero. */
  readonly compression: number;
  /** Per example; null where a layer's shape is only known when the model runs. */
  readonly macs: number | null;
  /** MACs whose weight is not zero. No engine of TensorFlow.js skips the others. */
  readonly effectiveMacs: number | null;
  /** Of the weight files and model.json, as written. */
  readonly bytes: number;
  /** Of the same, gzipped at level 6 as a web server would; sampled above 32 MB (metrics/bytes.ts). */
  readonly gzipBytes: number;
  /** Median time of a forward pass at batch 1 and at batch 32. */
  readonly latencyMs?: number;
  readonly latencyBatch32Ms?: number;
  /** Share of test examples (validation, where there is no test split) whose best class is the label. */
  readonly accuracy?: number;
  /** Share whose label is among the five best classes; only where there are more than five. */
  readonly top5?: number;
  /** Mean cross-entropy, in nats. */
  readonly loss?: number;
  /** Share of the same examples whose best class is the one that the unpruned model gives; needs no labels. */
  readonly agreement?: number;
}

export type MetricName = keyof Metrics;
