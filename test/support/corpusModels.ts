import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { corpusModels } from "./corpus.ts";

/** A line of the table in the corpus's README.md. */
export interface CorpusModel {
  readonly name: string;
  /** Number of elements of all weights, of whatever type. */
  readonly elements: number;
  /** Whether TensorFlow.js 4.22.0 opens it as it stands. */
  readonly loads: boolean;
  /** Path of the JSON file with a topology; absent in folders that hold none. */
  readonly path?: string;
}

/** The models of the corpus; none where it is absent. */
export function corpusTable(): CorpusModel[] {
  const readme = join(dirname(corpusModels), "README.md");
  if (!existsSync(readme)) return [];
  const rows = readFileSync(readme, "utf8")
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()));
  return rows.flatMap(([, name = "", , elements = "", , , loads = ""]) => {
    if (!/^\d+$/.test(elements)) return [];
    const path = jsonOf(join(corpusModels, name));
    return [{ name, elements: Number(elements), loads: loads.startsWith("yes"), ...(path && { path }) }];
  });
}

function jsonOf(folder: string): string | undefined {
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return files.map((file) => join(folder, file)).find((path) => readFileSync(path, "utf8").includes('"modelTopology"'));
}
