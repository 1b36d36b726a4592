import * as v from "valibot";
import { type CriterionName, criterionNames } from "../criteria/registry.ts";
import { analysisFile } from "./analyses.ts";
import { sensitivityFile } from "./folder.ts";
import type { SensitivityAnalysis } from "./run.ts";

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const analysisSchema: v.GenericSchema<unknown, SensitivityAnalysis> = v.object({
  place: v.string(),
  label: v.string(),
  criterion: v.picklist(criterionNames as readonly [CriterionName, ...CriterionName[]]),
  images: count,
  accuracy: share,
  loss: v.number(),
  ratios: v.array(share),
  groups: v.array(
    v.object({
      name: v.string(),
      layers: v.array(v.string()),
      channels: count,
      points: v.array(v.object({ ratio: share, removed: count, accuracy: share, loss: v.number() })),
    }),
  ),
  left: v.array(v.object({ name: v.string(), reason: v.string() })),
  isDone: v.boolean(),
});

/** The sensitivity analyses of a run, each as far as it has come. */
export const { read: readSensitivity, keep: keepSensitivity } = analysisFile(sensitivityFile, analysisSchema);
