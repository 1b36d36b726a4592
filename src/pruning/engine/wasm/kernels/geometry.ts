import * as tf from "@tensorflow/tfjs-core";

type Pair = number | [number, number];

/** A convolution's attributes, as tfjs gives them to kernels. */
export interface Attributes {
  readonly strides: Pair;
  readonly dilations?: Pair | null;
  readonly pad: "valid" | "same" | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat?: "NHWC" | "NCHW";
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

/** Where a convolution's outputs meet its inputs, under the names that the functions of `simd` use. */
export interface Geometry {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  /** Rows of padding above; less than none where the first output begins further down. */
  readonly top: number;
  readonly left: number;
}

/** @throws Error where tfjs itself finds the shapes wrong, or the channels do not come last */
export function geometryOf(
  inputShape: readonly number[],
  filterShape: readonly number[],
  { strides, dilations, pad, dataFormat, dimRoundingMode }: Attributes,
  depthwise = false,
): Geometry {
  if (dataFormat === "NCHW") {
    throw new Error("The WASM backend computes convolutions of the data format NHWC only, not of NCHW");
  }
  const info = tf.backend_util.computeConv2DInfo(
    [...inputShape] as [number, number, number, number],
    [...filterShape] as [number, number, number, number],
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
  );
  const { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padInfo } = info;
  return {
    ...{ images: info.batchSize, height: info.inHeight, width: info.inWidth, channels: info.inChannels },
    ...{ outHeight: info.outHeight, outWidth: info.outWidth, outChannels: info.outChannels },
    ...{ filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth },
    ...{ top: padInfo.top, left: padInfo.left },
  };
}

/** [images, outHeight, outWidth, outChannels] */
export function outputShape({ images, outHeight, outWidth, outChannels }: Geometry): number[] {
  return [images, outHeight, outWidth, outChannels];
}
