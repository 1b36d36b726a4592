import { promisify } from "node:util";
import { deflateRaw, gzip } from "node:zlib";
import type { Model } from "../model/model.ts";
import { filesOf, type ModelFile } from "../model/write.ts";

/** What web servers use, and zlib's default. */
const level = 6;

/** Models above this are sampled: compressing 100 MB takes longer than all the rest of pruning it. */
const sampleAbove = 32_000_000;
const blockBytes = 256 * 1024;
const blocks = 16;

export interface Bytes {
  /** Of model.json and its weight files. */
  readonly bytes: number;
  /**
   * Sum of the gzipped sizes of those files, at level 6. Above 32 MB, weight files are measured on 16 evenly spread
   * blocks of 256 KiB and scaled.
   */
  readonly gzipBytes: number;
}

/** The size of a model as it would be written, raw and gzipped. */
export async function measureBytes(model: Model): Promise<Bytes> {
  const files = filesOf(model);
  const bytes = files.reduce((sum, file) => sum + sizeOfFile(file), 0);
  const sampled = bytes > sampleAbove;
  const weightFiles = files.filter(({ path }) => path !== "model.json");
  const whole = sampled ? files.filter(({ path }) => path === "model.json") : files;
  const sizes = await Promise.all([
    ...whole.map(async (file) => (await compress(joined(file), { level })).byteLength),
    ...(sampled ? [sampledSize(weightFiles)] : []),
  ]);
  return { bytes, gzipBytes: sizes.reduce((sum, size) => sum + size, 0) };
}

const compress = promisify(gzip) as (bytes: Uint8Array, options: { level: number }) => Promise<Uint8Array>;
const deflate = promisify(deflateRaw) as (bytes: Uint8Array, options: { level: number }) => Promise<Uint8Array>;

async function sampledSize(files: readonly ModelFile[]): Promise<number> {
  const chunks = files.flatMap((file) => file.chunks);
  const total = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  const starts = Array.from({ length: blocks }, (_, i) => Math.floor((i * (total - blockBytes)) / (blocks - 1)));
  const sizes = await Promise.all(
    starts.map(async (start) => (await deflate(slice(chunks, start, start + blockBytes), { level })).byteLength),
  );
  const ratio = sizes.reduce((sum, size) => sum + size, 0) / (blocks * blockBytes);
  return Math.round(ratio * total);
}

const sizeOfFile = ({ chunks }: ModelFile): number => chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);

const joined = (file: ModelFile): Uint8Array => slice(file.chunks, 0, sizeOfFile(file));

/** Bytes `start` to `end` of the chunks joined. */
function slice(chunks: readonly Uint8Array[], start: number, end: number): Uint8Array {
  const result = new Uint8Array(end - start);
  let offset = 0;
  for (const chunk of chunks) {
    const from = Math.max(start, offset);
    const to = Math.min(end, offset + chunk.byteLength);
    if (from < to) result.set(chunk.subarray(from - offset, to - offset), from - start);
    offset += chunk.byteLength;
  }
  return result;
}
