import type { ImageSize, SplitName } from "../dataset.ts";
import { validationShare } from "../split.ts";
import type { ImageGroups, ImageLayout } from "./layout.ts";

/** What images are to be read for. */
export interface Purpose {
  /** Whether a step of the recipe learns from training images. */
  readonly learns?: boolean | undefined;
  /** The split to report on; the test split if left out, else validation data. */
  readonly split?: SplitName | undefined;
  /** At most so many examples of each split. */
  readonly limit?: { readonly [Name in SplitName]?: number | undefined } | undefined;
}

/** An image to be read, and the folder that names its class. */
export interface ChosenImage {
  readonly path: string;
  readonly group: string;
}

/** The images of each split that are to be read, class by class. */
export type ChosenImages = ReadonlyMap<SplitName, readonly ChosenImage[]>;

/** Most bytes that decoded images may take; training holds them a second time. */
const mostBytes = 2 ** 30;

/** Training images that are looked at where nothing learns from them: enough to find out how to scale them. */
const glance = 2000;

/**
 * Chooses which images to read before any is: no more than the purpose needs, the limits allow and memory holds, as
 * many of each class as of every other while there are some. Images in no split's folder are training data for
 * recipes that learn, else all to report on.
 * @returns them, and how many there were of those that the purpose needs and memory does not hold
 */
export function chooseImages(
  { sets }: ImageLayout,
  purpose: Purpose,
  size: ImageSize,
): { readonly chosen: ChosenImages; readonly tooMany?: number } {
  const named = new Map([...sets].map(([name, groups]) => [name === "all" ? roleOfAll(purpose) : name, groups]));
  const wanted = [...named].map(([name, groups]) => ({
    name,
    groups,
    most: Math.min(countOf(groups), needed(name, [...named.keys()], purpose)),
  }));
  const total = wanted.reduce((sum, { most }) => sum + most, 0);
  const room = Math.floor(mostBytes / (size.height * size.width * size.channels));
  const share = Math.min(1, room / total);
  const chosen = wanted
    .filter(({ most }) => most > 0)
    .map(({ name, groups, most }) => [name, spreadOver(groups, Math.max(1, Math.floor(most * share)))] as const);
  return { chosen: new Map(chosen), ...(share < 1 && { tooMany: total }) };
}

/** Measuring alone takes all images for test images, unless it asks for others. */
const roleOfAll = ({ learns, split = "test" }: Purpose): SplitName => (learns || split !== "test" ? "train" : "test");

/** How many images of a split serve a purpose. */
function needed(name: SplitName, present: readonly SplitName[], { learns, split, limit = {} }: Purpose): number {
  const reported = split ?? (present.includes("test") ? "test" : "validation");
  if (name !== "train") return name === reported || (learns && name === "validation") ? (limit[name] ?? Infinity) : 0;
  const heldOut = !present.includes("validation") && (learns || reported === "validation");
  const own = learns || reported === "train" ? (limit.train ?? Infinity) : 0;
  if (!heldOut) return own || glance;
  const held = limit.validation ?? (learns ? 0 : Infinity);
  return Math.ceil(Math.max(own / (1 - validationShare), held / validationShare));
}

/** `most` images, evenly from each group, the same number of each as far as there are so many. */
function spreadOver(groups: ImageGroups, most: number): ChosenImage[] {
  const smallestFirst = [...groups].sort(([, a], [, b]) => a.length - b.length);
  let left = most;
  const quotas = new Map<string, number>();
  for (const [i, [group, paths]] of smallestFirst.entries()) {
    const quota = Math.min(paths.length, Math.floor(left / (smallestFirst.length - i)));
    quotas.set(group, quota);
    left -= quota;
  }
  return [...groups].flatMap(([group, paths]) => {
    const quota = quotas.get(group) as number;
    return Array.from({ length: quota }, (_, i) => ({
      path: paths[Math.floor((i * paths.length) / quota)] as string,
      group,
    }));
  });
}

function countOf(groups: ImageGroups): number {
  return [...groups.values()].reduce((sum, paths) => sum + paths.length, 0);
}
