import { readFile } from "node:fs/promises";
import * as v from "valibot";
import writeFileAtomic from "write-file-atomic";
import { type CriterionName, criterionNames } from "../criteria/registry.ts";
import { reasonOf, SecateurError } from "../errors.ts";
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

const fileSchema = v.object({ version: v.literal(1), analyses: v.array(analysisSchema) });

/**
 * The sensitivity analyses of a run, in the order they were begun; none where there are none.
 * @throws SecateurError `bad-run` when the file is there and cannot be read
 */
export async function readSensitivity(folder: string): Promise<readonly SensitivityAnalysis[]> {
  const path = sensitivityFile(folder);
  try {
    return v.parse(fileSchema, JSON.parse(await readFile(path, "utf8"))).analyses;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new SecateurError(
      "bad-run",
      `${path} cannot be read back (${reasonOf(error)}); remove it to read the rest of the run.`,
    );
  }
}

/** Keeps an analysis as far as it has come, in place of what was kept of it before. Atomic. */
export async function keepSensitivity(folder: string, analysis: SensitivityAnalysis): Promise<void> {
  const others = (await readSensitivity(folder)).filter(({ place }) => place !== analysis.place);
  const file = { version: 1, analyses: [...others, analysis] };
  v.parse(fileSchema, JSON.parse(JSON.stringify(file)));
  await writeFileAtomic(sensitivityFile(folder), `${JSON.stringify(file, null, 2)}\n`);
}
