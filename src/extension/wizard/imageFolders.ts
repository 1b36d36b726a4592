import { posix } from "node:path";
import { splitNamed } from "../../pruning/data/images/layout.ts";

/** Fewer images than this lie in any app's folder of pictures, too. */
const fewest = 20;

/** Folders in which apps and sites keep the pictures that they show. */
const notData = /(^|\/)(public|assets?|static|media|icons?|www|docs?|dist|build|out)\//i;

const { dirname, basename } = posix;

/**
 * Folders that seem to hold images to learn from, told by the paths of images in a workspace: those around classes or
 * splits, else those that hold many images. The wizard offers them; any other can be browsed for.
 * @param paths with forward slashes; relative to the workspace
 * @returns folders below it, sorted
 */
export function imageFoldersAmong(paths: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const path of paths.filter((each) => !notData.test(each))) add(counts, dirname(path), 1);
  const inside = new Map<string, number>();
  for (const folder of counts.keys()) add(inside, dirname(folder), 1);
  const sums = new Map<string, number>();
  for (const [folder, count] of counts) add(sums, rootOf(folder, inside), count);
  const roots = [...sums].filter(([root, count]) => root !== "." && count >= fewest).map(([root]) => root);
  return roots.filter((root) => !roots.some((other) => root.startsWith(`${other}/`))).sort();
}

/**
 * Classes beside each other belong to the folder around them, and so do splits.
 * @param inside how many folders of images lie directly in each
 */
function rootOf(folder: string, inside: ReadonlyMap<string, number>): string {
  const above = dirname(folder);
  const isClass = above !== "." && (inside.get(above) ?? 0) > 1;
  const around = isClass ? above : folder;
  return splitNamed(basename(around)) ? dirname(around) : around;
}

function add(sums: Map<string, number>, key: string, count: number): void {
  sums.set(key, (sums.get(key) ?? 0) + count);
}
