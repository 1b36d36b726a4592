import { join } from "node:path";
import { SecateurError } from "../errors.ts";
import { cifar10Names, readCifar10 } from "./cifar10.ts";
import type { Dataset, Split } from "./dataset.ts";
import { listFolder } from "./files.ts";
import type { ImageFolder } from "./format.ts";
import { idxNames, readIdx } from "./idx.ts";
import { imageFormats } from "./images/decode.ts";
import { findImages } from "./images/find.ts";
import { type ImageReader, readImages } from "./images/readImages.ts";
import { requireLabels } from "./labels.ts";

/** The formats of whole datasets, in the order they are looked for. A new one is one entry here. */
const readers = [readIdx, readCifar10];
const recognised = `${idxNames} and ${cifar10Names}, each plain or .gz, or images (${imageFormats}), one folder a class or without labels`;

/** Where the official CIFAR-10 archive unpacks to. */
const cifarSubfolder = "cifar-10-batches-bin";

/**
 * Reads the dataset in a folder, its format told by the names of the files there: whichever splits exist of a whole
 * dataset; of images in files, no more than `reader` needs and in its size.
 * @param folder the files' own folder, or one with a cifar-10-batches-bin folder in it
 * @throws SecateurError `bad-data` naming the file or folder at fault, `cancelled`
 */
export async function readDataset(folder: string, reader: ImageReader = {}): Promise<Dataset> {
  const names = await listFolder(folder);
  const found = (await readFolder(folder, names)) ?? (await readSubfolder(folder, names));
  if (found) {
    const labelled = reader.labels !== false;
    requireLabels(folder, labelled, reader.needsLabels);
    return labelled ? toDataset(folder, found) : withoutLabels(toDataset(folder, found));
  }
  const images = await findImages(folder);
  if (images) return readImages(folder, images, reader);
  throw new SecateurError("bad-data", `No dataset was recognised in ${folder}; a folder may hold ${recognised}.`);
}

function withoutLabels({ classes: _, train, test, ...dataset }: Dataset): Dataset {
  const bare = ({ count, images }: Split): Split => ({ count, images });
  return { ...dataset, ...(train && { train: bare(train) }), ...(test && { test: bare(test) }) };
}

async function readFolder(folder: string, names: readonly string[]): Promise<ImageFolder | null> {
  for (const read of readers) {
    const found = await read(folder, names);
    if (found) return found;
  }
  return null;
}

async function readSubfolder(folder: string, names: readonly string[]): Promise<ImageFolder | null> {
  if (!names.includes(cifarSubfolder)) return null;
  const inner = join(folder, cifarSubfolder);
  return readFolder(inner, await listFolder(inner));
}

function toDataset(path: string, { format, channels, classes, train, test }: ImageFolder): Dataset {
  const { height, width } = (train ?? test) as { height: number; width: number };
  if (test && (test.height !== height || test.width !== width)) {
    throw new SecateurError(
      "bad-data",
      `The training images in ${path} are ${height}×${width} but its test images are ${test.height}×${test.width}; they must be of one set.`,
    );
  }
  return { path, format, height, width, channels, classes, ...(train && { train }), ...(test && { test }) };
}
