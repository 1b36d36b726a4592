import * as v from "valibot";
import { analysisFile } from "./analyses.ts";
import { factorsFile } from "./folder.ts";
import type { FactorRecord } from "./run.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const recordSchema: v.GenericSchema<unknown, FactorRecord> = v.object({
  place: v.string(),
  label: v.string(),
  by: v.picklist(["factors", "norms"]),
  gamma: v.number(),
  step: count,
  steps: count,
  top: v.pipe(v.number(), v.gtValue(0)),
  groups: v.array(
    v.object({ name: v.string(), layers: v.array(v.string()), count, zero: count, bins: v.array(count) }),
  ),
});

/** How the factors of a run's steps are spread, each as it was last kept. */
export const { read: readFactors, keep: keepFactors } = analysisFile(factorsFile, recordSchema);
