import * as v from "valibot";
import { SecateurError } from "../errors.ts";
import { type DType, sizeOf, type Weight } from "./model.ts";

// The weights manifest of a model.json, checked where it enters.
// Source: tfjs-core/src/io/types.ts (WeightsManifestConfig) and io_utils.ts (decodeWeights), 4.22.0.

const quantizationSchema = v.object({
  dtype: v.picklist(["uint8", "uint16", "float16"]),
  scale: v.optional(v.number()),
  min: v.optional(v.number()),
});

const entrySchema = v.object({
  name: v.string(),
  shape: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
  dtype: v.string(),
  // tfjs tests for the key, not the value, and crashes on null; the reader takes null for absent.
  quantization: v.nullish(quantizationSchema),
  group: v.nullish(v.picklist(["model", "optimizer"])),
});

const groupSchema = v.object({ paths: v.array(v.string()), weights: v.array(entrySchema) });

const manifestSchema = v.array(groupSchema);

export type ManifestEntry = v.InferOutput<typeof entrySchema>;
export type ManifestGroup = v.InferOutput<typeof groupSchema>;

/** Bytes of one stored element; strings have no fixed size. */
const elementBytes: Readonly<Record<Exclude<DType, "string">, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  complex64: 8,
};
const quantizedBytes = { uint8: 1, uint16: 2, float16: 2 } as const;

const isDType = (dtype: string): dtype is DType => dtype === "string" || Object.hasOwn(elementBytes, dtype);

/**
 * Checks the form of a weights manifest.
 * @throws SecateurError `bad-model` naming the file and the first entry that does not fit
 */
export function parseManifest(value: unknown, file: string): ManifestGroup[] {
  const parsed = v.safeParse(manifestSchema, value);
  if (!parsed.success) {
    const issue = parsed.issues[0];
    throw new SecateurError(
      "bad-model",
      `The weights manifest of ${file} is not of TensorFlow.js's form at ${v.getDotPath(issue) ?? "its top"}: ${issue.message}. Convert or save the model again.`,
    );
  }
  for (const group of parsed.output) for (const entry of group.weights) checkEntry(entry, file);
  return parsed.output;
}

function checkEntry(entry: ManifestEntry, file: string): void {
  if (!isDType(entry.dtype)) {
    throw new SecateurError(
      "bad-model",
      `Weight "${entry.name}" of ${file} has the dtype "${entry.dtype}", which TensorFlow.js does not know; ` +
        `it reads ${[...Object.keys(elementBytes), "string"].join(", ")}. Convert the model again.`,
    );
  }
  const { quantization } = entry;
  if (!quantization) return;
  if (entry.dtype !== "float32" && (entry.dtype !== "int32" || quantization.dtype === "float16")) {
    throw new SecateurError(
      "bad-model",
      `Weight "${entry.name}" of ${file} is ${entry.dtype} stored as ${quantization.dtype}, which TensorFlow.js does not read; convert the model again.`,
    );
  }
  const affine = quantization.dtype !== "float16";
  if (affine && (quantization.scale === undefined || quantization.min === undefined)) {
    throw new SecateurError(
      "bad-model",
      `Weight "${entry.name}" of ${file} is stored as ${quantization.dtype} without scale and min; convert the model again.`,
    );
  }
}

/**
 * Cuts the bytes of a group, all its files joined, into its weights in order.
 * @param bytes the group's files joined
 * @param label names the files, for the error's sentence
 * @throws SecateurError `bad-model` when the bytes are too few or too many
 */
export function cutGroup(group: ManifestGroup, bytes: Uint8Array, label: string): Weight[] {
  let offset = 0;
  const weights = group.weights.map((entry): Weight => {
    const length = byteLength(entry, bytes, offset);
    if (offset + length > bytes.byteLength) {
      throw new SecateurError(
        "bad-model",
        `${label} ends inside weight "${entry.name}": ${offset + length} bytes are needed by there and ${bytes.byteLength} are present. Copy the weights again.`,
      );
    }
    const slice = bytes.subarray(offset, offset + length);
    offset += length;
    return {
      name: entry.name,
      shape: entry.shape,
      dtype: entry.dtype as DType,
      bytes: slice,
      ...(entry.quantization && { quantization: compact(entry.quantization) }),
      ...(entry.group && { group: entry.group }),
    };
  });
  if (offset !== bytes.byteLength) {
    throw new SecateurError(
      "bad-model",
      `${label} holds ${bytes.byteLength} bytes, and model.json describes ${offset}: the weights belong to another model.json. Put the matching pair together.`,
    );
  }
  return weights;
}

function byteLength(entry: ManifestEntry, bytes: Uint8Array, offset: number): number {
  const count = sizeOf(entry.shape);
  if (entry.quantization) return count * quantizedBytes[entry.quantization.dtype];
  if (entry.dtype !== "string") return count * elementBytes[entry.dtype as Exclude<DType, "string">];
  // Each string: its length in bytes as a little-endian uint32, then UTF-8.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = offset;
  for (let i = 0; i < count; i++) {
    if (end + 4 > bytes.byteLength) return bytes.byteLength - offset + 1;
    end += 4 + view.getUint32(end, true);
  }
  return end - offset;
}

function compact(quantization: v.InferOutput<typeof quantizationSchema>): NonNullable<Weight["quantization"]> {
  const { dtype, scale, min } = quantization;
  return { dtype, ...(scale !== undefined && { scale }), ...(min !== undefined && { min }) };
}
