import { SecateurError } from "../errors.ts";
import { type DataFile, readDataFile } from "./files.ts";
import type { ImageFolder, ImageSplit } from "./format.ts";

// CIFAR-10 "binary version": records of one label byte and 32×32 red, then green, then blue bytes, row by row.
// https://www.cs.toronto.edu/~kriz/cifar.html

const side = 32;
const channels = 3;
const classes = 10;
const pixels = side * side;
const imageBytes = pixels * channels;
const recordBytes = 1 + imageBytes;

/** What a person may call the files, for sentences. */
export const cifar10Names = "CIFAR-10 binary (data_batch_1.bin … data_batch_5.bin, test_batch.bin)";

/**
 * Reads CIFAR-10 binary files out of a folder; null where it holds none. Each file may be plain or .gz, and any of
 * the five training batches may be absent. Images come out HWC.
 * @throws SecateurError `bad-data` naming the file that is wrong
 */
export async function readCifar10(folder: string, names: readonly string[]): Promise<ImageFolder | null> {
  const train = await readBatches(folder, names, [
    "data_batch_1",
    "data_batch_2",
    "data_batch_3",
    "data_batch_4",
    "data_batch_5",
  ]);
  const test = await readBatches(folder, names, ["test_batch"]);
  if (!train && !test) return null;
  return { format: "cifar10", channels, classes, ...(train && { train }), ...(test && { test }) };
}

async function readBatches(
  folder: string,
  names: readonly string[],
  stems: readonly string[],
): Promise<ImageSplit | undefined> {
  const present = stems
    .map((stem) => [`${stem}.bin`, `${stem}.bin.gz`].find((name) => names.includes(name)))
    .filter((name) => name !== undefined);
  if (present.length === 0) return undefined;
  const files: DataFile[] = [];
  for (const name of present) files.push(await readDataFile(folder, name));
  const counts = files.map(countRecords);
  const count = counts.reduce((sum, records) => sum + records, 0);
  const split = {
    count,
    height: side,
    width: side,
    images: new Uint8Array(count * imageBytes),
    labels: new Uint8Array(count),
  };
  let first = 0;
  files.forEach((file, i) => {
    copyRecords(file, split, first);
    first += counts[i] as number;
  });
  return split;
}

function countRecords({ path, bytes }: DataFile): number {
  if (bytes.length > 0 && bytes.length % recordBytes === 0) return bytes.length / recordBytes;
  throw new SecateurError(
    "bad-data",
    `${path} holds ${bytes.length} bytes, which is not a whole number of CIFAR-10 records of ${recordBytes} bytes (a label and 32×32×3); download it again.`,
  );
}

/** Copies a file's records into a split from example `first` on, colour planes turned into pixels. */
function copyRecords({ path, bytes }: DataFile, { images, labels }: ImageSplit, first: number): void {
  for (let record = 0; record * recordBytes < bytes.length; record++) {
    const source = record * recordBytes;
    const label = bytes[source] as number;
    if (label >= classes) {
      throw new SecateurError(
        "bad-data",
        `${path} has label ${label} in record ${record}; CIFAR-10 has classes 0 to 9.`,
      );
    }
    labels[first + record] = label;
    const target = (first + record) * imageBytes;
    for (let channel = 0; channel < channels; channel++) {
      const plane = source + 1 + channel * pixels;
      for (let pixel = 0; pixel < pixels; pixel++) {
        images[target + pixel * channels + channel] = bytes[plane + pixel] as number;
      }
    }
  }
}
