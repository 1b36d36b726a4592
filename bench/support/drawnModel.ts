import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** What a converter splits weights into. */
const shardBytes = 4 * 1024 * 1024;

export interface DrawnWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** Standard deviation of its values; 0 for those that are all the same. */
  readonly deviation: number;
  /** Their mean; 0 if left out. */
  readonly mean?: number;
}

/** A Keras model whose weights are to be drawn. */
export interface DrawnModel {
  readonly class_name: "Sequential" | "Functional";
  readonly config: object;
  readonly weights: readonly DrawnWeight[];
}

/**
 * Writes a Keras layers model as a converter would, in shards of 4 MB, its weights normally distributed.
 * @returns path of its model.json
 */
export async function writeDrawnModel(folder: string, { class_name, config, weights }: DrawnModel): Promise<string> {
  await mkdir(folder, { recursive: true });
  const values = draw(weights);
  const count = Math.ceil(values.byteLength / shardBytes);
  const paths = Array.from({ length: count }, (_, i) => `group1-shard${i + 1}of${count}.bin`);
  for (const [i, path] of paths.entries()) {
    const end = Math.min(values.byteLength, (i + 1) * shardBytes);
    await writeFile(join(folder, path), new Uint8Array(values.buffer, i * shardBytes, end - i * shardBytes));
  }
  const manifest = [{ paths, weights: weights.map(({ name, shape }) => ({ name, shape, dtype: "float32" })) }];
  const modelTopology = { keras_version: "2.15.0", backend: "tensorflow", model_config: { class_name, config } };
  const json = {
    format: "layers-model",
    generatedBy: "keras v2.15.0",
    convertedBy: "TensorFlow.js Converter v4.22.0",
    modelTopology,
    weightsManifest: manifest,
  };
  const path = join(folder, "model.json");
  await writeFile(path, JSON.stringify(json));
  return path;
}

/** The values of all weights in a row, normally distributed by the method of Box and Muller. */
function draw(weights: readonly DrawnWeight[]): Float32Array<ArrayBuffer> {
  const sizes = weights.map(({ shape }) => shape.reduce((product, length) => product * length, 1));
  const values = new Float32Array(sizes.reduce((sum, size) => sum + size, 0));
  const random = xoroshiro128plus(1);
  let at = 0;
  for (const [i, { deviation, mean = 0 }] of weights.entries()) {
    const end = at + (sizes[i] as number);
    values.fill(mean, at, end);
    for (; at < end && deviation > 0; at++) {
      const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(random)));
      values[at] = mean + deviation * radius * Math.cos(2 * Math.PI * uniformFloat64(random));
    }
    at = end;
  }
  return values;
}
