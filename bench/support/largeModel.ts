import { type DrawnWeight, writeDrawnModel } from "./drawnModel.ts";

const classes = 10;

/** VGG-16's convolutions, `pool` halving the image between them, then three dense layers. */
const body = [64, 64, "pool", 128, 128, "pool", 256, 256, 256, "pool", 512, 512, 512, "pool", 512, 512, 512, "pool"];
const denseUnits = [4096, 512];
const imageSize = 64;

interface LayerConfig {
  readonly name: string;
  readonly [field: string]: unknown;
}

/**
 * Writes a Keras layers model of 25 million weights, 101 MB in shards of 4 MB, as a converter would: VGG-16's
 * convolutions on 64×64 images with dense layers of 4096, 512 and 10 units, all kernels normally distributed (He).
 * @returns path of its model.json
 */
export function writeLargeModel(folder: string): Promise<string> {
  const { layers, weights } = describe();
  return writeDrawnModel(folder, { class_name: "Sequential", config: { name: "vgg", layers }, weights });
}

function describe(): { readonly layers: readonly object[]; readonly weights: readonly DrawnWeight[] } {
  const layers: object[] = [];
  const weights: DrawnWeight[] = [];
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
