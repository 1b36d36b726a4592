import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { throwIfCancelled } from "../../errors.ts";
import { inLanes } from "../../lanes.ts";
import type { ImageSize, Split, SplitName } from "../dataset.ts";
import { pick } from "../split.ts";
import type { ChosenImage, ChosenImages } from "./choose.ts";
import { type DecodedImage, decodeImage } from "./decode.ts";
import { fitImage } from "./resize.ts";

export interface DecodeOptions {
  readonly size: ImageSize;
  /** The class of a folder, where folders are classes; and how many there are. */
  readonly classes?: { readonly count: number; readonly indexOf: (folder: string) => number } | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called now and then. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Files on their way from the disk while others are decoded. */
const filesAtOnce = 8;

/** Images between two reports of progress. */
const betweenReports = 50;

/**
 * Reads the images of each split into one run of bytes, one image after the other: no more than the chosen ones'
 * decoded bytes are held, and a few files.
 * @returns the splits of which anything could be read, and the paths of the images that could not, sorted
 * @throws SecateurError `cancelled`
 */
export async function decodeChosen(folder: string, chosen: ChosenImages, options: DecodeOptions) {
  const total = countChosen(chosen);
  const splits: { [Name in SplitName]?: Split } = {};
  const damaged: string[] = [];
  let done = 0;
  for (const [name, images] of chosen) {
    const { split, sound } = emptySplit(images, options);
    const bytes = split.images.length / split.count;
    await inLanes([...images.entries()], filesAtOnce, async ([i, { path }]) => {
      throwIfCancelled(options.signal);
      const image = await readImage(folder, path);
      if (image) split.images.set(fitImage(image, options.size), i * bytes);
      else damaged.push(path);
      sound[i] = Number(image !== undefined);
      if (++done % betweenReports === 0 || done === total) options.onProgress?.(done, total);
    });
    const count = sound.reduce((sum, flag) => sum + flag, 0);
    if (count > 0) splits[name] = count === split.count ? split : pick(split, sound, 1, count);
  }
  return { splits, damaged: damaged.sort() };
}

/** How many images are to be read, of all splits. */
export function countChosen(chosen: ChosenImages): number {
  return [...chosen.values()].reduce((sum, images) => sum + images.length, 0);
}

/** Nothing where the file cannot be read, or is no whole image. */
export async function readImage(folder: string, path: string): Promise<DecodedImage | undefined> {
  const bytes = await readFile(join(folder, path)).catch(() => undefined);
  return bytes && decodeImage(bytes);
}

/** Room for the images, with their labels, and a flag for each that is set once it is there. */
function emptySplit(
  images: readonly ChosenImage[],
  { size, classes }: DecodeOptions,
): { split: Split; sound: Uint8Array } {
  const count = images.length;
  const indices = classes && images.map(({ group }) => classes.indexOf(group));
  const labels = indices && (classes.count <= 256 ? Uint8Array.from(indices) : Uint16Array.from(indices));
  const bytes = size.height * size.width * size.channels;
  return {
    split: { count, images: new Uint8Array(count * bytes), ...(labels && { labels }) },
    sound: new Uint8Array(count),
  };
}
