import * as v from "valibot";
import type { RunInfo, Trial } from "./run.ts";

// What a run folder holds, checked when it is read back: anyone may have edited it. Unknown fields are let be.

const nullableNumber = v.nullable(v.number());

const metricsSchema = v.object({
  sparsity: v.number(),
  parameters: v.number(),
  nonZero: v.number(),
  compression: v.number(),
  macs: nullableNumber,
  effectiveMacs: nullableNumber,
  bytes: v.number(),
  gzipBytes: v.number(),
  latencyMs: v.exactOptional(v.number()),
  latencyBatch32Ms: v.exactOptional(v.number()),
  accuracy: v.exactOptional(v.number()),
  top5: v.exactOptional(v.number()),
  loss: v.exactOptional(v.number()),
  agreement: v.exactOptional(v.number()),
});

export const trialSchema: v.GenericSchema<unknown, Trial> = v.object({
  id: v.string(),
  label: v.string(),
  model: v.string(),
  metrics: metricsSchema,
  layers: v.array(v.object({ name: v.string(), sparsity: v.number() })),
  notes: v.array(v.string()),
  place: v.exactOptional(v.string()),
  finished: v.string(),
});

const backendSchema = v.object({
  name: v.string(),
  detail: v.string(),
  passedOver: v.array(v.string()),
  choice: v.exactOptional(
    v.object({
      batchSize: v.number(),
      timings: v.array(
        v.object({
          name: v.string(),
          forwardMs: v.exactOptional(v.number()),
          stepMs: v.exactOptional(v.number()),
          reason: v.exactOptional(v.string()),
        }),
      ),
    }),
  ),
});

export const runInfoSchema: v.GenericSchema<unknown, RunInfo> = v.object({
  version: v.literal(1),
  id: v.string(),
  status: v.picklist(["running", "done", "failed", "cancelled", "interrupted"]),
  model: v.string(),
  title: v.string(),
  started: v.string(),
  resumed: v.exactOptional(v.string()),
  finished: v.exactOptional(v.string()),
  inputs: v.exactOptional(v.object({ recipe: v.string(), model: v.string(), data: v.exactOptional(v.string()) })),
  error: v.exactOptional(v.string()),
  process: v.object({ pid: v.pipe(v.number(), v.integer(), v.minValue(1)), host: v.string() }),
  versions: v.object({ secateur: v.string(), tfjs: v.string(), node: v.string() }),
  machine: v.object({ platform: v.string(), cpu: v.string(), cores: v.number(), memory: v.number() }),
  backend: v.exactOptional(backendSchema),
  data: v.exactOptional(
    v.object({
      path: v.string(),
      scaling: v.string(),
      split: v.string(),
      examples: v.number(),
      notes: v.array(v.string()),
    }),
  ),
  baseline: v.exactOptional(trialSchema),
});
