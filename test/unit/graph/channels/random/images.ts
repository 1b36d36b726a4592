import { activation, conv, dense, depthwise, globalPool, layer, norm, reshape } from "../architectures/architecture.ts";
import { activations, type Growth, lengthsOf, ofRank, oneOf, put, type Step } from "./growth.ts";

const formats = ["channelsLast", "channelsLast", "channelsLast", "channelsFirst"] as const;

const window = (growth: Growth) => ({
  kernelSize: 1 + growth.below(3),
  padding: "same",
  strides: 1 + growth.below(2),
  activation: oneOf(growth, activations),
  useBias: growth.below(3) > 0,
});

/** A layer that slides over an image. */
const sliding =
  (make: (growth: Growth) => ReturnType<typeof layer>): Step =>
  (growth) => {
    const image = ofRank(growth, 4);
    return image && put(growth, make(growth), image);
  };

/** Puts a layer on images. */
export const imageSteps: Readonly<Record<string, Step>> = {
  conv: sliding((growth) =>
    conv(growth.name("conv"), 1 + growth.below(5), { ...window(growth), dataFormat: oneOf(growth, formats) }),
  ),
  plainConv: sliding((growth) =>
    conv(growth.name("plain"), 2 + growth.below(4), { activation: oneOf(growth, activations) }),
  ),
  depthwise: sliding((growth) =>
    depthwise(growth.name("dw"), {
      ...window(growth),
      depthMultiplier: 1 + growth.below(2),
      dataFormat: oneOf(growth, formats),
    }),
  ),
  separable: sliding((growth) =>
    layer("separableConv2d", growth.name("sep"), {
      ...window(growth),
      filters: 1 + growth.below(4),
      depthwiseInitializer: "zeros",
      pointwiseInitializer: "zeros",
    }),
  ),
  transposed: sliding((growth) =>
    layer("conv2dTranspose", growth.name("up"), {
      ...window(growth),
      filters: 1 + growth.below(4),
      kernelInitializer: "zeros",
    }),
  ),
  pool: sliding((growth) =>
    layer(oneOf(growth, ["maxPooling2d", "averagePooling2d"]), growth.name("pool"), {
      poolSize: 2,
      strides: 1 + growth.below(2),
      padding: "same",
      dataFormat: oneOf(growth, formats),
    }),
  ),
  grown: sliding((growth) =>
    layer("upSampling2d", growth.name("grown"), { size: [1, 2], dataFormat: oneOf(growth, formats) }),
  ),
  padded: sliding((growth) =>
    layer("zeroPadding2d", growth.name("pad"), { padding: 1, dataFormat: oneOf(growth, formats) }),
  ),
  cut(growth) {
    const image = ofRank(growth, 4);
    if (!image || lengthsOf(image).some((length) => length < 3)) return undefined;
    const cropping = [
      [1, 0],
      [0, 1],
    ];
    return layer("cropping2D", growth.name("cut"), { cropping, dataFormat: oneOf(growth, formats) })(image);
  },
  globalPool(growth) {
    const image = ofRank(growth, 4);
    const kind = oneOf(growth, ["globalAveragePooling2d", "globalMaxPooling2d"]);
    return image && layer(kind, growth.name("gap"), { dataFormat: oneOf(growth, formats) })(image);
  },
  squeezeAndExcite(growth) {
    const image = ofRank(growth, 4);
    if (!image) return undefined;
    const channels = image.shape.at(-1) as number;
    const pooled = globalPool(growth.name("gap"))(image);
    const asImage = growth.below(2) === 0;
    const squeezed = asImage
      ? conv(growth.name("squeeze"), 2, { kernelSize: 1 })(reshape(growth.name("one"), 1, 1, channels)(pooled))
      : dense(growth.name("squeeze"), 2)(pooled);
    const excite = asImage
      ? conv(growth.name("excite"), channels, { kernelSize: 1 })
      : dense(growth.name("excite"), channels);
    const gates = activation(growth.name("gates"), "sigmoid")(excite(squeezed));
    return layer("multiply", growth.name("scale"))([image, gates]);
  },
  residual(growth) {
    const image = ofRank(growth, 4);
    if (!image) return undefined;
    const inner = norm(growth.name("bn"))(conv(growth.name("inner"), 1 + growth.below(5))(image));
    const outer = conv(growth.name("outer"), image.shape.at(-1) as number, { activation: "linear" })(inner);
    return layer("add", growth.name("sum"))([image, outer]);
  },
};
