import { SecateurError } from "../errors.ts";
import { type DataFile, readDataFile } from "./files.ts";
import type { ImageFolder, ImageSplit } from "./format.ts";

// IDX, the format of MNIST and its kin: big-endian int32 magic (two zero bytes, the element type, the number of
// dimensions), one int32 per dimension, then the elements. http://yann.lecun.com/exdb/mnist

const imagesMagic = 0x0803;
const labelsMagic = 0x0801;
const prefixes = { train: "train", test: "t10k" } as const;

/** What a person may call the files, for sentences. */
export const idxNames = "IDX (train-images-idx3-ubyte with train-labels-idx1-ubyte, t10k-… for the test split)";

/**
 * Reads an IDX dataset out of a folder; null where it holds none of its files. Each file may be plain or .gz, and
 * may be spelt with a dot (train-images.idx3-ubyte). Labels count from 0; classes is the greatest label plus one.
 * @throws SecateurError `bad-data` naming the file that is missing or wrong
 */
export async function readIdx(folder: string, names: readonly string[]): Promise<ImageFolder | null> {
  const train = await readIdxSplit(folder, names, prefixes.train);
  const test = await readIdxSplit(folder, names, prefixes.test);
  const splits = { ...(train && { train }), ...(test && { test }) };
  if (!train && !test) return null;
  const greatest = [train, test].reduce(
    (most, split) => split?.labels.reduce((a, b) => Math.max(a, b), most) ?? most,
    0,
  );
  return { format: "idx", channels: 1, classes: greatest + 1, ...splits };
}

async function readIdxSplit(folder: string, names: readonly string[], prefix: string): Promise<ImageSplit | undefined> {
  const imagesName = find(names, `${prefix}-images`, "idx3-ubyte");
  const labelsName = find(names, `${prefix}-labels`, "idx1-ubyte");
  if (!imagesName && !labelsName) return undefined;
  if (!imagesName || !labelsName) {
    const missing = imagesName ? `${prefix}-labels-idx1-ubyte` : `${prefix}-images-idx3-ubyte`;
    throw new SecateurError("bad-data", `${folder} holds ${imagesName ?? labelsName} but no ${missing} beside it.`);
  }
  const images = await readDataFile(folder, imagesName);
  const labels = await readDataFile(folder, labelsName);
  const [count, height, width] = readHeader(images, imagesMagic, "images");
  const [labelCount] = readHeader(labels, labelsMagic, "labels");
  if (count !== labelCount) {
    throw new SecateurError(
      "bad-data",
      `${images.path} holds ${count} images but ${labels.path} holds ${labelCount} labels; they must be of one set.`,
    );
  }
  return { count, height, width, images: images.bytes.subarray(16), labels: labels.bytes.subarray(8) };
}

function find(names: readonly string[], stem: string, type: string): string | undefined {
  return [`${stem}-${type}`, `${stem}.${type}`]
    .flatMap((name) => [name, `${name}.gz`])
    .find((name) => names.includes(name));
}

/** The dimensions, after checking that the elements behind the header are neither fewer nor more than they say. */
function readHeader(file: DataFile, magic: number, what: string): [number, number, number] {
  const { path, bytes } = file;
  const rank = magic & 0xff;
  const start = 4 + 4 * rank;
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || header.getUint32(0) !== magic) {
    const found = bytes.length < 4 ? "ends before it" : `has 0x${header.getUint32(0).toString(16).padStart(8, "0")}`;
    throw new SecateurError(
      "bad-data",
      `${path} is not an IDX file of ${what}: it should begin with 0x0000${magic.toString(16).padStart(4, "0")} but ${found}.`,
    );
  }
  if (bytes.length < start) throw wrongLength(path, bytes.length, `its header of ${start}`);
  const length = (axis: number) => (axis < rank ? header.getUint32(4 + 4 * axis) : 1);
  const dimensions: [number, number, number] = [length(0), length(1), length(2)];
  const elements = dimensions[0] * dimensions[1] * dimensions[2];
  if (elements === 0) throw new SecateurError("bad-data", `${path} holds no ${what}.`);
  if (bytes.length !== start + elements) {
    throw wrongLength(path, bytes.length, `the ${start + elements} that its header tells`);
  }
  return dimensions;
}

function wrongLength(path: string, length: number, expected: string): SecateurError {
  return new SecateurError("bad-data", `${path} holds ${length} bytes instead of ${expected}; download it again.`);
}
