import { type DrawnWeight, writeDrawnModel } from "./drawnModel.ts";

/** Layers as Keras writes them, with the weights they need. */
interface Built {
  readonly layers: object[];
  readonly weights: DrawnWeight[];
}

/** An output of a layer, and how many channels it has. */
interface Tensor {
  readonly name: string;
  readonly channels: number;
}

/** Filters of a convolution and its window: height, width. */
type Window = readonly [filters: number, height: number, width: number];

interface WindowOptions {
  readonly strides?: number;
  readonly padding?: "same" | "valid";
}

/**
 * Writes a Keras layers model with the layers of Inception v3 and ten classes: 311 layers, 22 million weights, 87 MB,
 * kernels normally distributed (He). Source: keras/applications/inception_v3.py.
 * @returns path of its model.json
 */
export function writeInceptionModel(folder: string): Promise<string> {
  const built: Built = { layers: [], weights: [] };
  const { convolution, pool, concatenate, add } = builderOn(built);
  add("InputLayer", "input", { batch_input_shape: [null, 299, 299, 3], dtype: "float32" });
  const valid = { padding: "valid" } as const;
  const halving = { strides: 2, ...valid };
  let x = convolution({ name: "input", channels: 3 }, [32, 3, 3], halving);
  x = convolution(x, [32, 3, 3], valid);
  x = pool(convolution(x, [64, 3, 3]), "MaxPooling2D", halving);
  x = convolution(convolution(x, [80, 1, 1], valid), [192, 3, 3], valid);
  x = pool(x, "MaxPooling2D", halving);
  const chain = (from: Tensor, ...windows: Window[]) =>
    windows.reduce((tensor, each) => convolution(tensor, each), from);
  const averaged = (filters: number) => convolution(pool(x, "AveragePooling2D"), [filters, 1, 1]);

  for (const filters of [32, 64, 64]) {
    const double = chain(x, [64, 1, 1], [96, 3, 3], [96, 3, 3]);
    x = concatenate([chain(x, [64, 1, 1]), chain(x, [48, 1, 1], [64, 5, 5]), double, averaged(filters)]);
  }
  x = concatenate([
    convolution(x, [384, 3, 3], halving),
    convolution(chain(x, [64, 1, 1], [96, 3, 3]), [96, 3, 3], halving),
    pool(x, "MaxPooling2D", halving),
  ]);
  for (const n of [128, 160, 160, 192]) {
    const double = chain(x, [n, 1, 1], [n, 7, 1], [n, 1, 7], [n, 7, 1], [192, 1, 7]);
    const single = chain(x, [n, 1, 1], [n, 1, 7], [192, 7, 1]);
    x = concatenate([chain(x, [192, 1, 1]), single, double, averaged(192)]);
  }
  x = concatenate([
    convolution(chain(x, [192, 1, 1]), [320, 3, 3], halving),
    convolution(chain(x, [192, 1, 1], [192, 1, 7], [192, 7, 1]), [192, 3, 3], halving),
    pool(x, "MaxPooling2D", halving),
  ]);
  const split = (from: Tensor) => concatenate([chain(from, [384, 1, 3]), chain(from, [384, 3, 1])]);
  for (let block = 0; block < 2; block++) {
    const [single, double] = [split(chain(x, [384, 1, 1])), split(chain(x, [448, 1, 1], [384, 3, 3]))];
    x = concatenate([chain(x, [320, 1, 1]), single, double, averaged(192)]);
  }
  add("GlobalAveragePooling2D", "avg_pool", {}, x.name);
  add("Dense", "predictions", { units: 10, activation: "softmax", use_bias: true }, "avg_pool");
  built.weights.push(
    { name: "predictions/kernel", shape: [x.channels, 10], deviation: Math.sqrt(1 / x.channels) },
    { name: "predictions/bias", shape: [10], deviation: 0 },
  );
  const ends = { input_layers: [["input", 0, 0]], output_layers: [["predictions", 0, 0]] };
  const config = { name: "inception_v3", layers: built.layers, ...ends };
  return writeDrawnModel(folder, { class_name: "Functional", config, weights: built.weights });
}

/** Ways to add layers to a model, numbered as Keras numbers them. */
function builderOn({ layers, weights }: Built) {
  const counts = new Map<string, number>();
  const numbered = (kind: string) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return `${kind}_${count}`;
  };
  const add = (class_name: string, name: string, config: object, ...inputs: readonly string[]) => {
    const inbound_nodes = inputs.length > 0 ? [inputs.map((input) => [input, 0, 0, {}])] : [];
    layers.push({ class_name, name, config: { name, trainable: true, dtype: "float32", ...config }, inbound_nodes });
  };
  const joined = (
    class_name: string,
    kind: string,
    config: object,
    inputs: readonly Tensor[],
    channels: number,
  ): Tensor => {
    const name = numbered(kind);
    add(class_name, name, config, ...inputs.map((input) => input.name));
    return { name, channels };
  };
  return {
    add,
    /** A convolution without bias, batch normalisation without scale, and ReLU. */
    convolution(
      from: Tensor,
      [filters, height, width]: Window,
      { strides = 1, padding = "same" }: WindowOptions = {},
    ): Tensor {
      const window = { filters, kernel_size: [height, width], strides: [strides, strides], padding, use_bias: false };
      const conv = joined("Conv2D", "conv2d", { ...window, activation: "linear" }, [from], filters);
      const norm = joined("BatchNormalization", "batch_normalization", { axis: [3], scale: false }, [conv], filters);
      const shape = [height, width, from.channels, filters];
      const fanIn = height * width * from.channels;
      weights.push(
        { name: `${conv.name}/kernel`, shape, deviation: Math.sqrt(2 / fanIn) },
        { name: `${norm.name}/beta`, shape: [filters], deviation: 0.1 },
        { name: `${norm.name}/moving_mean`, shape: [filters], deviation: 0.1 },
        { name: `${norm.name}/moving_variance`, shape: [filters], deviation: 0, mean: 1 },
      );
      return joined("Activation", "activation", { activation: "relu" }, [norm], filters);
    },
    /** A window of 3 by 3. */
    pool(from: Tensor, class_name: string, { strides = 1, padding = "same" }: WindowOptions = {}): Tensor {
      const window = { pool_size: [3, 3], strides: [strides, strides], padding };
      return joined(class_name, class_name.toLowerCase(), window, [from], from.channels);
    },
    concatenate(tensors: readonly Tensor[]): Tensor {
      const channels = tensors.reduce((sum, tensor) => sum + tensor.channels, 0);
      return joined("Concatenate", "mixed", { axis: 3 }, tensors, channels);
    },
  };
}
