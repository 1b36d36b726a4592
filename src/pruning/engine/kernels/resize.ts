import * as tf from "@tensorflow/tfjs-core";
import type { Repair, Repairs } from "../repairs.ts";

/** The stock kernel steps through dy as if it were as large as the images: right for one image only. */
const imageByImage: Repair = (stock) => (args) => {
  const { images, dy } = args.inputs as { images: tf.Tensor4D; dy: tf.Tensor4D };
  return tf.tidy(() => {
    const gradients = tf.split(dy, dy.shape[0]).map((each) => {
      const [, ...shape] = images.shape;
      // Of the images, only the shape and the type are looked at.
      const inputs = { images: { ...images, shape: [1, ...shape], dtype: images.dtype }, dy: each };
      return tf.engine().makeTensorFromTensorInfo(stock({ ...args, inputs }) as tf.TensorInfo);
    });
    return tf.concat(gradients);
  });
};

/** The stock kernel computes right, but calls the height width. */
const rightShape: Repair = (stock) => (args) => {
  const { images } = args.inputs as { images: tf.Tensor };
  return { ...(stock(args) as tf.TensorInfo), shape: images.shape };
};

/** Gradients of resizing images that the CPU backend gets wrong. */
export const resizeRepairs: Repairs = {
  [tf.ResizeNearestNeighborGrad]: imageByImage,
  [tf.ResizeBilinearGrad]: rightShape,
};
