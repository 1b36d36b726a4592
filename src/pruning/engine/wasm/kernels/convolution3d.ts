import * as tf from "@tensorflow/tfjs-core";
import type { Repairs } from "../../repairs.ts";

type Shape = [number, number, number, number, number];
type Triple = [number, number, number];

interface Attributes {
  readonly strides: number | Triple;
  readonly pad: "valid" | "same" | number;
}

/**
 * Gradients of convolutions over volumes, which the stock kernels get wrong: a volume is a pile of images, and its
 * convolution the sum of theirs with the planes of the filter.
 */
export const convolution3dGradientKernels: Repairs = {
  [tf.Conv3DBackpropInputV2]:
    () =>
    ({ inputs, attrs }) => {
      const { dy, filter } = inputs as { dy: tf.Tensor5D; filter: tf.Tensor5D };
      const { inputShape, ...attributes } = attrs as unknown as Attributes & { inputShape: Shape };
      return tf.tidy(() => {
        const { meetings, attributes: flat } = piles(inputShape, filter.shape, attributes);
        const [images, depth, ...image] = inputShape;
        const planes = Array.from({ length: depth }, (_, plane) => {
          const parts = meetings
            .filter(({ input }) => input === plane)
            .map(({ output, tap }) => {
              const operands = { dy: planeOf(dy, output, 1), filter: planeOf(filter, tap, 0) };
              const shape = { inputShape: [images, ...image] };
              return run(tf.Conv2DBackpropInput, operands, { ...flat, ...shape });
            });
          return parts.length > 0 ? tf.addN(parts) : tf.zeros([images, ...image]);
        });
        return tf.stack(planes, 1);
      });
    },
  [tf.Conv3DBackpropFilterV2]:
    () =>
    ({ inputs, attrs }) => {
      const { x, dy } = inputs as { x: tf.Tensor5D; dy: tf.Tensor5D };
      const { filterShape, ...attributes } = attrs as unknown as Attributes & { filterShape: Shape };
      return tf.tidy(() => {
        const { meetings, attributes: flat } = piles(x.shape, filterShape, attributes);
        const [taps, ...plane] = filterShape;
        const planes = Array.from({ length: taps }, (_, each) => {
          const parts = meetings
            .filter(({ tap }) => tap === each)
            .map(({ input, output }) => {
              const operands = { x: planeOf(x, input, 1), dy: planeOf(dy, output, 1) };
              return run(tf.Conv2DBackpropFilter, operands, { ...flat, filterShape: plane });
            });
          return parts.length > 0 ? tf.addN(parts) : tf.zeros(plane);
        });
        return tf.stack(planes, 0);
      });
    },
};

/** Which planes of the input, the output and the filter meet, and what the convolution of planes is like. */
function piles(inputShape: Shape, filterShape: Shape, { strides, pad }: Attributes) {
  const info = tf.backend_util.computeConv3DInfo(inputShape, filterShape, strides, 1, pad);
  const meetings = Array.from({ length: info.outDepth }, (_, output) =>
    Array.from({ length: info.filterDepth }, (_, tap) => {
      return { output, tap, input: output * info.strideDepth + tap - info.padInfo.front };
    }),
  ).flat();
  const { top, bottom, left, right } = info.padInfo;
  return {
    meetings: meetings.filter(({ input }) => input >= 0 && input < info.inDepth),
    attributes: {
      strides: [info.strideHeight, info.strideWidth],
      pad: [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ],
      dataFormat: "NHWC",
    },
  };
}

/** One plane of a volume: what lies at a place along one axis, without that axis. */
function planeOf(volume: tf.Tensor5D, place: number, axis: 0 | 1): tf.Tensor {
  const begin = volume.shape.map((_, i) => (i === axis ? place : 0));
  const lengths = volume.shape.map((length, i) => (i === axis ? 1 : length));
  return tf.squeeze(tf.slice(volume, begin, lengths), [axis]);
}

function run(name: string, inputs: Record<string, tf.Tensor>, attributes: object): tf.Tensor {
  return tf.engine().runKernel(name, inputs, attributes as never) as tf.Tensor;
}
