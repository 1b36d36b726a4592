import { basename, dirname, resolve } from "node:path";

/** What to call a model: its folder's name if its file is `model.json`, else the file's own. */
export function titleOf(modelPath: string): string {
  const path = resolve(modelPath);
  const name = basename(path, ".json");
  return name === "model" ? basename(dirname(path)) : name;
}
