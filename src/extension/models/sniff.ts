import { open } from "node:fs/promises";

/** Converters and `save` write one of these keys near the start, before the topology's own bulk. */
const marks = /"(?:modelTopology|weightsManifest)"\s*:|"format"\s*:\s*"(?:graph|layers)-model"/;

/** How much of a file is looked at: room for the longest signature that a converter puts first. */
const headLength = 64 * 1024;

/** Whether the beginning of a JSON file looks like that of a TensorFlow.js model. */
export function looksLikeModel(head: string): boolean {
  return /^\s*\{/.test(head.replace(/^\uFEFF/, "")) && marks.test(head);
}

/** Whether a file looks like a TensorFlow.js model, by its first 64 KiB; false when it cannot be read. */
export async function isModelFile(path: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const buffer = new Uint8Array(headLength);
      const { bytesRead } = await file.read(buffer, 0, headLength, 0);
      return looksLikeModel(new TextDecoder().decode(buffer.subarray(0, bytesRead)));
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}
