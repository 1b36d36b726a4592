import { promisify } from "node:util";
import { deflateRaw, gzip } from "node:zlib";
import type { Model } from "../model/model.ts";
import { filesOf, type ModelFile } from "../model/write.ts";

/** What web servers use, and zlib's default. */
const level = 6;

/** Models above this are sampled: compressing 100 MB takes longer than all the rest of pruning it. */
const sampleAbove = 32_000_000;
const blockBytes = 128 * 1024;
const bytesPerBlock = 8 * 1024 * 1024;
/** How far back deflate looks for what repeats. */
const windowBytes = 32 * 1024;

export interface Bytes {
  /** Of model.json and its weight files. */
  readonly bytes: number;
  /**
   * Sum of the gzipped sizes of those files, at level 6. Above 32 MB each weight is measured on blocks of 128 KiB, one
   * per 8 MiB and at least one, and scaled: within about 2 %, because a layer is much the same all over, and layers
   * are not.
   */
  readonly gzipBytes: number;
}

/** The size of a model as it would be written, raw and gzipped. */
export async function measureBytes(model: Model): Promise<Bytes> {
  const files = filesOf(model);
  const bytes = sum(files.map(sizeOfFile));
  const sampled = bytes > sampleAbove;
  const whole = sampled ? files.filter(({ path }) => path === "model.json") : files;
  const parts = sampled ? partsOf(model) : [];
  const sizes = await Promise.all([
    ...whole.map(async (file) => (await compress(joined(file), { level })).byteLength),
    ...parts.map(sampledSize),
  ]);
  return { bytes, gzipBytes: Math.round(sum(sizes)) };
}

const compress = promisify(gzip) as (bytes: Uint8Array, options: { level: number }) => Promise<Uint8Array>;
const deflate = promisify(deflateRaw) as (
  bytes: Uint8Array,
  options: { level: number; dictionary: Uint8Array },
) => Promise<Uint8Array>;

/** Bytes that are much the same all over: each weight, and as one all that are smaller than a block. */
function partsOf(model: Model): Uint8Array[] {
  const weights = [...model.weights.values()].map(({ bytes }) => bytes);
  const large = weights.filter(({ byteLength }) => byteLength >= blockBytes);
  return [...large, Buffer.concat(weights.filter(({ byteLength }) => byteLength < blockBytes))];
}

/** The compressed size of bytes, estimated from blocks in the middle of equal parts, each after what precedes it. */
async function sampledSize(bytes: Uint8Array): Promise<number> {
  const length = bytes.byteLength;
  const count = Math.ceil(length / bytesPerBlock);
  const size = Math.min(blockBytes, Math.floor(length / count));
  const starts = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * length) / count - size / 2));
  const blocks = starts.map((start) => {
    const dictionary = bytes.subarray(Math.max(0, start - windowBytes), start);
    return deflate(bytes.subarray(start, start + size), { level, dictionary });
  });
  const sizes = (await Promise.all(blocks)).map((block) => block.byteLength);
  return length === 0 ? 0 : (sum(sizes) / (count * size)) * length;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const sizeOfFile = ({ chunks }: ModelFile): number => sum(chunks.map((chunk) => chunk.byteLength));

function joined({ chunks }: ModelFile): Uint8Array {
  return Buffer.concat(chunks);
}
