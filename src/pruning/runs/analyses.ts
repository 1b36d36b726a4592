import { readFile } from "node:fs/promises";
import * as v from "valibot";
import writeFileAtomic from "write-file-atomic";
import { reasonOf, SecateurError } from "../errors.ts";

/** What a step finds beside its trials, of which a run keeps one for each step, in a file of its own. */
interface Analysis {
  /** Of the step, in the recipe's plan. */
  readonly place: string;
}

/** Such a file in a run folder. */
export interface AnalysisFile<T extends Analysis> {
  /**
   * All there is, in the order the steps were begun; nothing where there is no file.
   * @throws SecateurError `bad-run` when the file is there and cannot be read
   */
  read(run: string): Promise<readonly T[]>;
  /** Keeps what a step has found by now, in place of what was kept of it before. Atomic. */
  keep(run: string, analysis: T): Promise<void>;
}

/**
 * @param pathOf where the file is in a run folder
 * @param schema of one analysis
 */
export function analysisFile<T extends Analysis>(
  pathOf: (run: string) => string,
  schema: v.GenericSchema<unknown, T>,
): AnalysisFile<T> {
  const fileSchema = v.object({ version: v.literal(1), analyses: v.array(schema) });
  const read = async (run: string): Promise<readonly T[]> => {
    const path = pathOf(run);
    try {
      return v.parse(fileSchema, JSON.parse(await readFile(path, "utf8"))).analyses;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw new SecateurError(
        "bad-run",
        `${path} cannot be read back (${reasonOf(error)}); remove it to read the rest of the run.`,
      );
    }
  };
  return {
    read,
    async keep(run, analysis) {
      const before = await read(run);
      const index = before.findIndex(({ place }) => place === analysis.place);
      const analyses = index < 0 ? [...before, analysis] : before.with(index, analysis);
      const file = { version: 1, analyses };
      // What did not read back, such as an infinite number, would hide the whole run.
      v.parse(fileSchema, JSON.parse(JSON.stringify(file)));
      await writeFileAtomic(pathOf(run), `${JSON.stringify(file, null, 2)}\n`);
    },
  };
}
