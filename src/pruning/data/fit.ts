import { SecateurError } from "../errors.ts";
import type { Dataset, OpenShape } from "./dataset.ts";

/** How a dataset's images become a model's input. */
export interface Fit {
  /** Shape of one example as the model takes it, without the batch. */
  readonly example: readonly number[];
  /** Whether colour planes come before rows: `arrange` transposes then. */
  readonly channelsFirst: boolean;
  /** The one batch size that the model takes; null where any goes. */
  readonly batchSize: number | null;
  readonly channels: number;
  /** How many classes the labels tell apart; 0 where there are none, and any output that scores classes will do. */
  readonly classes: number;
}

/**
 * Fits a dataset's images to an input of shape [batch, h, w, c], [batch, h, w] (one channel), [batch, h·w·c] or
 * [batch, c, h, w]; a null length fits any, and channels last wins where both would do, as for [], any rank.
 * @throws SecateurError `bad-data` naming both shapes
 */
export function fitToInput(dataset: Dataset, inputShape: OpenShape): Fit {
  const { height: h, width: w, channels: c, classes = 0 } = dataset;
  const layouts = [
    { example: [h, w, c], channelsFirst: false },
    ...(c === 1 ? [{ example: [h, w], channelsFirst: false }] : []),
    { example: [h * w * c], channelsFirst: false },
    { example: [c, h, w], channelsFirst: true },
  ];
  const [batchSize, ...wanted] = inputShape;
  const layout = layouts.find(({ example }) => inputShape.length === 0 || matches(wanted, example));
  if (layout) return { ...layout, batchSize: batchSize ?? null, channels: c, classes };
  const images = `${h}×${w}${c === 1 ? " grey" : ` with ${c} channels`}`;
  throw new SecateurError(
    "bad-data",
    `The images in ${dataset.path} are ${images} ([?,${h},${w},${c}]), but the model's input is ${shapeText(inputShape)}; choose data of the model's own shape.`,
  );
}

/** Reorders NHWC values, from `scaleBatch`, into the fit's layout; the same array where nothing moves. */
export function arrange(values: Float32Array, fit: Fit): Float32Array {
  const { channels } = fit;
  if (!fit.channelsFirst || channels === 1) return values;
  const size = fit.example.reduce((product, length) => product * length, 1);
  const pixels = size / channels;
  const arranged = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += size) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let channel = 0; channel < channels; channel++) {
        arranged[start + channel * pixels + pixel] = values[start + pixel * channels + channel] as number;
      }
    }
  }
  return arranged;
}

/** `[?,28,28,1]`, as shapes are written in sentences. */
export function shapeText(shape: OpenShape): string {
  return `[${shape.map((length) => length ?? "?").join(",")}]`;
}

function matches(wanted: OpenShape, offered: readonly number[]): boolean {
  return (
    wanted.length === offered.length && wanted.every((length, axis) => length === null || length === offered[axis])
  );
}
