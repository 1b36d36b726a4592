import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes a folder of the given files for the length of `use`. */
export async function withFolder<T>(
  files: Record<string, Uint8Array>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "secateur-data-"));
  try {
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** An IDX file of unsigned bytes. */
export function idx(dimensions: readonly number[], elements: ArrayLike<number>): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * dimensions.length));
  header.setUint32(0, 0x0800 + dimensions.length);
  for (const [axis, length] of dimensions.entries()) header.setUint32(4 + 4 * axis, length);
  return Uint8Array.from([...new Uint8Array(header.buffer), ...Array.from(elements)]);
}

/** One CIFAR-10 record: a label, then the planes; `value(y, x, channel)` is the pixel. */
export function cifarRecord(label: number, value: (y: number, x: number, channel: number) => number): Uint8Array {
  const record = new Uint8Array(3073);
  record[0] = label;
  for (let i = 0; i < 3072; i++) record[1 + i] = value(Math.floor(i / 32) % 32, i % 32, Math.floor(i / 1024));
  return record;
}
