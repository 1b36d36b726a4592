import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SecateurError } from "../../errors.ts";

/** Files beside a model in which apps and converters keep what its classes are called. */
const labelFiles = ["metadata.json", "labels.json", "class_names.json", "labels.txt"] as const;

/** The order of folders in a list, as people expect it: 2 before 10. */
const byName = new Intl.Collator("en", { numeric: true });

/**
 * What the classes of folders are called, by index: the model's own labels where a file beside it names all the
 * folders, whatever their capitals; else the folders' names in natural order.
 * @param model folder of the model; none has no labels
 */
export async function classNamesOf(folders: readonly string[], model: string | undefined): Promise<readonly string[]> {
  for (const file of model === undefined ? [] : labelFiles) {
    const labels = labelsIn(await readFile(join(model as string, file), "utf8").catch(() => ""), file);
    const known = new Set(labels.map(plain));
    if (labels.length >= 2 && folders.every((folder) => known.has(plain(folder)))) return labels;
  }
  return [...folders].sort(byName.compare);
}

/** The index of each folder's class among their names. */
export function classIndices(names: readonly string[]): (folder: string) => number {
  const indices = new Map(names.flatMap((name, index) => [[plain(name), index] as const, [name, index] as const]));
  return (folder) => indices.get(folder) ?? (indices.get(plain(folder)) as number);
}

/**
 * Whether class folders fit a model.
 * @param scores how many classes the model may score; empty where it is not known yet
 * @throws SecateurError `bad-data` with both numbers, before a label could be taken for another
 */
export function requireClasses(path: string, names: readonly string[], scores: readonly number[]): void {
  if (scores.length === 0 || scores.includes(names.length)) return;
  throw new SecateurError(
    "bad-data",
    `${path} names ${names.length} classes (${listed(names)}), but the model scores ${[...new Set(scores)].join(" or ")}; give it one folder for each class it was trained on, or set "labels" to false in the recipe's data (--no-labels in a terminal) to use the images without labels.`,
  );
}

/** Which index each class has, for a note: a wrong order would make every label wrong. */
export function describeClasses(names: readonly string[]): string {
  return `Classes, from folders: ${listed(names.map((name, index) => `${index} ${name}`))}.`;
}

function listed(words: readonly string[]): string {
  return words.length > 12 ? `${words.slice(0, 11).join(", ")}, … ${words.at(-1)}` : words.join(", ");
}

const plain = (name: string): string => name.trim().toLowerCase();

/** The labels that a file's text lists; none where it is of another form. */
function labelsIn(text: string, file: (typeof labelFiles)[number]): string[] {
  // Teachable Machine writes `0 Class 1` a line.
  if (file === "labels.txt") {
    return text
      .split(/\r?\n/)
      .map((line) => line.trim().replace(/^\d+\s+(?=\S)/, ""))
      .filter(Boolean);
  }
  try {
    const value: unknown = JSON.parse(text);
    const list = Array.isArray(value) ? value : ((value as { labels?: unknown }).labels ?? value);
    const labels = typeof list === "object" && list !== null ? Object.values(list) : [];
    return labels.every((label) => typeof label === "string") ? labels : [];
  } catch {
    return [];
  }
}
