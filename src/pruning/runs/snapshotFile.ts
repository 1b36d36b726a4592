import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import * as v from "valibot";
import type { Snapshot } from "../checkpoint.ts";

// A snapshot as one file: a checksum of all that follows it, and the length of the header, 4 bytes each, little endian;
// the header, JSON, which names the arrays; the arrays' bytes, one after the other.

const arrayTypes = { float32: Float32Array, uint8: Uint8Array } as const;

const headerSchema = v.object({
  version: v.literal(1),
  /** What it is a snapshot of. */
  of: v.string(),
  json: v.unknown(),
  arrays: v.array(v.object({ name: v.string(), type: v.picklist(["float32", "uint8"]), length: v.number() })),
});

type Header = v.InferOutput<typeof headerSchema>;

/** Of a checksum or a length. */
const numberLength = 4;

/**
 * Writes a snapshot in place of the one before, all or nothing, and returns once it would outlive the process.
 * @param of what it is a snapshot of: only who asks for that gets it back
 */
export async function writeSnapshot(path: string, of: string, { json, arrays }: Snapshot): Promise<void> {
  const listed = [...arrays].map(([name, { length, BYTES_PER_ELEMENT }]): Header["arrays"][number] => ({
    name,
    type: BYTES_PER_ELEMENT === 4 ? "float32" : "uint8",
    length,
  }));
  const header = Buffer.from(JSON.stringify({ version: 1, of, json, arrays: listed } satisfies Header));
  const parts = [numberBytes(header.length), header, ...[...arrays.values()].map(bytesOf)];
  // An array that has no memory would make crc32 forget what came before.
  const checksum = parts.reduce((sum, part) => (part.length > 0 ? crc32(part, sum) : sum), 0);
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.tmp`;
  const file = await open(temporary, "w");
  try {
    for (const part of [numberBytes(checksum), ...parts]) await file.appendFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/**
 * Reads a snapshot back.
 * @returns nothing where there is none, or one of something else
 * @throws Error where it is damaged
 */
export async function readSnapshot(path: string, of: string): Promise<Snapshot | undefined> {
  const file = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!file) return undefined;
  if (file.length < 2 * numberLength || crc32(file.subarray(numberLength)) !== file.readUInt32LE(0)) {
    throw new Error("its checksum is wrong");
  }
  const begin = 2 * numberLength + file.readUInt32LE(numberLength);
  const header = v.parse(headerSchema, JSON.parse(file.toString("utf8", 2 * numberLength, begin)));
  if (header.of !== of) return undefined;
  let at = begin;
  const arrays = header.arrays.map(({ name, type, length }) => {
    const array = new arrayTypes[type](length);
    const bytes = bytesOf(array);
    bytes.set(file.subarray(at, at + bytes.length));
    at += bytes.length;
    return [name, array] as const;
  });
  return { json: header.json, arrays: new Map(arrays) };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function numberBytes(number: number): Buffer {
  const bytes = Buffer.alloc(numberLength);
  bytes.writeUInt32LE(number);
  return bytes;
}
