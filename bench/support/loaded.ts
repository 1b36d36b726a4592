import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runNode } from "./time.ts";

/** The name under which tfjs-core keeps its engine on `globalThis`: in every bundle that holds it, minified or not. */
const engineMark = "_tfengine";

/**
 * The files of this project that a run of a Node program loaded, told by V8 itself: it lists every script in the
 * coverage it writes at exit.
 * @param scratch an empty folder
 */
export async function filesLoaded(args: readonly string[], scratch: string): Promise<string[]> {
  await runNode(args, { NODE_V8_COVERAGE: scratch });
  const reports = await Promise.all(
    (await readdir(scratch)).map(async (name) => JSON.parse(await readFile(join(scratch, name), "utf8"))),
  );
  const urls: string[] = reports.flatMap(({ result }) => result.map(({ url }: { url: string }) => url));
  return [...new Set(urls)].filter((url) => url.startsWith("file:")).map((url) => fileURLToPath(url));
}

/** Those of the files that hold TensorFlow.js. */
export async function holdingTensorFlow(files: readonly string[]): Promise<string[]> {
  const marked = await Promise.all(files.map(async (file) => (await readFile(file, "utf8")).includes(engineMark)));
  return files.filter((_, i) => marked[i]);
}
