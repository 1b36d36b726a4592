import type { SplitName } from "../dataset.ts";

/** Images of one split: paths by the name of the class folder they lie in; by "" where folders mean no classes. */
export type ImageGroups = ReadonlyMap<string, readonly string[]>;

/** What the folders that images lie in mean. */
export interface ImageLayout {
  /** By split; `all` where no folder is named as one. */
  readonly sets: ReadonlyMap<SplitName | "all", ImageGroups>;
  /** Whether images lie beside folders of images, which are then not taken for classes. */
  readonly mixed: boolean;
}

/** Names of folders, in small letters, that are splits if no other holds images beside them. */
const splitNames: { readonly [name: string]: SplitName } = {
  train: "train",
  training: "train",
  validation: "validation",
  valid: "validation",
  val: "validation",
  test: "test",
  testing: "test",
};

/** The split that a folder is named as, if it is. */
export const splitNamed = (name: string): SplitName | undefined => splitNames[name.toLowerCase()];

/**
 * Reads the meaning of folders out of the paths of the images below one. Where two or more folders beside each other
 * hold all the images they are classes, or splits if each is named as one; classes may lie below splits. A folder
 * that holds everything alone means nothing.
 * @param paths relative to the folder, with forward slashes; at least one
 */
export function layoutOf(paths: readonly string[]): ImageLayout {
  return layoutBelow([...paths].sort(), 0);
}

/** Whether the groups are classes. */
export const areClasses = (groups: ImageGroups): boolean => !groups.has("");

/** @param depth how many folders at the beginning of each path are known to mean nothing */
function layoutBelow(paths: readonly string[], depth: number): ImageLayout {
  const tops = foldersAt(paths, depth);
  if ([...tops.keys()].every(splitNamed)) {
    const bySplit = groupBy(paths, (path) => splitNamed(folderAt(path, depth)) as SplitName);
    const below = [...bySplit].map(([name, own]) => ({ name, ...groupsBelow(own, depth + 1) }));
    return {
      sets: new Map(below.map(({ name, groups }) => [name, groups])),
      mixed: below.some(({ mixed }) => mixed),
    };
  }
  if (tops.size === 1 && !tops.has("")) return layoutBelow(paths, depth + 1);
  const { groups, mixed } = groupsBelow(paths, depth);
  return { sets: new Map([["all", groups]]), mixed };
}

function groupsBelow(paths: readonly string[], depth: number): { groups: ImageGroups; mixed: boolean } {
  const tops = foldersAt(paths, depth);
  if (tops.has("")) return { groups: new Map([["", paths]]), mixed: tops.size > 1 };
  return tops.size === 1 ? groupsBelow(paths, depth + 1) : { groups: tops, mixed: false };
}

/** The folder that a path goes through at a depth; "" where it ends before. */
const folderAt = (path: string, depth: number): string => path.split("/").slice(depth, -1)[0] ?? "";

const foldersAt = (paths: readonly string[], depth: number) => groupBy(paths, (path) => folderAt(path, depth));

function groupBy<K>(paths: readonly string[], keyOf: (path: string) => K): Map<K, string[]> {
  const groups = new Map<K, string[]>();
  for (const path of paths) {
    const key = keyOf(path);
    const group = groups.get(key);
    if (group) group.push(path);
    else groups.set(key, [path]);
  }
  return groups;
}
