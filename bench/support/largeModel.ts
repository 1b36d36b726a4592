import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** What a converter splits weights into. */
const shardBytes = 4 * 1024 * 1024;
const classes = 10;

/** VGG-16's convolutions, `pool` halving the image between them, then three dense layers. */
const body = [64, 64, "pool", 128, 128, "pool", 256, 256, 256, "pool", 512, 512, 512, "pool", 512, 512, 512, "pool"];
const denseUnits = [4096, 512];
const imageSize = 64;

interface LargeWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** Standard deviation of its values; 0 for biases. */
  readonly deviation: number;
}

interface LayerConfig {
  readonly name: string;
  readonly [field: string]: unknown;
}

interface LargeModel {
  readonly layers: readonly object[];
  readonly weights: readonly LargeWeight[];
}

/**
 * Writes a Keras layers model of 25 million weights, 101 MB in shards of 4 MB, as a converter would: VGG-16's
 * convolutions on 64×64 images with dense layers of 4096, 512 and 10 units, all kernels normally distributed (He).
 * @returns path of its model.json
 */
export async function writeLargeModel(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const { layers, weights } = describe();
  const values = draw(weights);
  const count = Math.ceil(values.byteLength / shardBytes);
  const paths = Array.from({ length: count }, (_, i) => `group1-shard${i + 1}of${count}.bin`);
  for (const [i, path] of paths.entries()) {
    const end = Math.min(values.byteLength, (i + 1) * shardBytes);
    await writeFile(join(folder, path), new Uint8Array(values.buffer, i * shardBytes, end - i * shardBytes));
  }
  const manifest = [{ paths, weights: weights.map(({ name, shape }) => ({ name, shape, dtype: "float32" })) }];
  const config = { name: "vgg", layers };
  const modelTopology = {
    keras_version: "2.15.0",
    backend: "tensorflow",
    model_config: { class_name: "Sequential", config },
  };
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

function describe(): LargeModel {
  const layers: object[] = [];
  const weights: LargeWeight[] = [];
  const add = (className: string, config: LayerConfig) =>
    layers.push({ class_name: className, config: { trainable: true, dtype: "float32", ...config } });
  const weigh = (layer: string, shape: readonly number[], fanIn: number) =>
    weights.push(
      { name: `${layer}/kernel`, shape, deviation: Math.sqrt(2 / fanIn) },
      { name: `${layer}/bias`, shape: shape.slice(-1), deviation: 0 },
    );
  let size = imageSize;
  let channels = 3;
  for (const [i, filters] of body.entries()) {
    const name = typeof filters === "number" ? `conv${i + 1}` : `pool${i + 1}`;
    const first = i === 0 ? { batch_input_shape: [null, imageSize, imageSize, 3] } : {};
    if (typeof filters === "number") {
      const config = {
        name,
        ...first,
        filters,
        kernel_size: [3, 3],
        strides: [1, 1],
        padding: "same",
        data_format: "channels_last",
      };
      add("Conv2D", { ...config, dilation_rate: [1, 1], activation: "relu", use_bias: true });
      weigh(name, [3, 3, channels, filters], 9 * channels);
      channels = filters;
    } else {
      add("MaxPooling2D", { name, pool_size: [2, 2], strides: [2, 2], padding: "valid", data_format: "channels_last" });
      size /= 2;
    }
  }
  add("Flatten", { name: "flatten", data_format: "channels_last" });
  let inputs = size * size * channels;
  for (const [i, units] of [...denseUnits, classes].entries()) {
    const name = `dense${i + 1}`;
    add("Dense", { name, units, activation: units === classes ? "softmax" : "relu", use_bias: true });
    weigh(name, [inputs, units], inputs);
    inputs = units;
  }
  return { layers, weights };
}

/** The values of all weights in a row, normally distributed by the method of Box and Muller. */
function draw(weights: readonly LargeWeight[]): Float32Array<ArrayBuffer> {
  const sizes = weights.map(({ shape }) => shape.reduce((product, length) => product * length, 1));
  const values = new Float32Array(sizes.reduce((sum, size) => sum + size, 0));
  const random = xoroshiro128plus(1);
  let at = 0;
  for (const [i, { deviation }] of weights.entries()) {
    const end = at + (sizes[i] as number);
    for (; at < end && deviation > 0; at++) {
      const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(random)));
      values[at] = deviation * radius * Math.cos(2 * Math.PI * uniformFloat64(random));
    }
    at = end;
  }
  return values;
}
