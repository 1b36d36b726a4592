import { uniformFloat32 } from "pure-rand/distribution/uniformFloat32";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { sizeOf } from "../model/model.ts";
import type { InputBatch, TensorSpec } from "./engine.ts";

/** Chosen for lengths that the model leaves open: an image's side or a sequence's length. */
const openLength = 64;

const seed = 1;

/**
 * Inputs for a model that nobody has given any: always the same. Values between 0 and 1; whole numbers of 0 and 1
 * where the model takes whole numbers, which may be indices.
 * @param inputs a fixed batch size stays
 * @param vocabulary where the model looks things up, how many there are: all inputs are whole numbers below it then
 */
export function madeUpFeeds(inputs: readonly TensorSpec[], batchSize: number, vocabulary?: number): InputBatch[] {
  const random = xoroshiro128plus(seed);
  return inputs.map((input) => {
    const shape = madeUpShape(input.shape, batchSize);
    const values = new Float32Array(sizeOf(shape));
    const isWhole = vocabulary !== undefined || input.dtype === "int32" || input.dtype === "bool";
    const largest = (vocabulary ?? 2) - 1;
    for (let i = 0; i < values.length; i++)
      values[i] = isWhole ? uniformInt(random, 0, largest) : uniformFloat32(random);
    return { values, shape };
  });
}

function madeUpShape(shape: TensorSpec["shape"], batchSize: number): number[] {
  const [batch, ...example] = shape;
  if (batch === undefined) return [];
  // Open channels, last or first, are a colour image's.
  const lengths = example.map((length, axis) => length ?? (example.length === 3 && axis === 2 ? 3 : openLength));
  return [batch ?? batchSize, ...lengths];
}
