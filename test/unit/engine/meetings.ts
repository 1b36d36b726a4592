import type { Numbers } from "./oracles.ts";

/** A convolution of NHWC tensors, in so many words. */
export interface Convolution {
  readonly x: readonly [number, number, number, number];
  /** [height, width, channels, outChannels]; outChannels is the multiplier where depthwise. */
  readonly filter: readonly [number, number, number, number];
  readonly strides: readonly [number, number];
  readonly dilations?: readonly [number, number];
  readonly pad: "same" | "valid" | readonly [top: number, bottom: number, left: number, right: number];
  readonly depthwise?: boolean;
}

/** Output length and what is padded before, as TensorFlow defines `same` and `valid`. */
function along(c: Convolution, axis: 0 | 1): { length: number; before: number } {
  const input = c.x[1 + axis] as number;
  const stride = c.strides[axis];
  const reach = ((c.filter[axis] as number) - 1) * (c.dilations?.[axis] ?? 1) + 1;
  if (c.pad === "valid") return { length: Math.floor((input - reach) / stride) + 1, before: 0 };
  if (c.pad === "same") {
    const length = Math.ceil(input / stride);
    return { length, before: Math.floor(Math.max(0, (length - 1) * stride + reach - input) / 2) };
  }
  const [before, after] = c.pad.slice(2 * axis) as [number, number];
  return { length: Math.floor((input + before + after - reach) / stride) + 1, before };
}

export function outputShape(c: Convolution): [number, number, number, number] {
  const channels = c.depthwise ? c.filter[2] * c.filter[3] : c.filter[3];
  return [c.x[0], along(c, 0).length, along(c, 1).length, channels];
}

/** Visits every product of an input and a weight that an output is the sum of, by their positions in the tensors. */
function eachMeeting(c: Convolution, visit: (x: number, weight: number, y: number) => void): void {
  const [images, height, width, channels] = c.x;
  const [filterHeight, filterWidth, , multiplier] = c.filter;
  const [, outHeight, outWidth, outChannels] = outputShape(c);
  const [rows, columns] = [along(c, 0), along(c, 1)];
  const [dilationHeight, dilationWidth] = c.dilations ?? [1, 1];
  for (let n = 0; n < images; n++) {
    for (let i = 0; i < outHeight; i++) {
      for (let j = 0; j < outWidth; j++) {
        for (let p = 0; p < filterHeight; p++) {
          for (let q = 0; q < filterWidth; q++) {
            const row = i * c.strides[0] + p * dilationHeight - rows.before;
            const column = j * c.strides[1] + q * dilationWidth - columns.before;
            if (row < 0 || row >= height || column < 0 || column >= width) continue;
            const x = ((n * height + row) * width + column) * channels;
            const weight = (p * filterWidth + q) * channels * multiplier;
            const y = ((n * outHeight + i) * outWidth + j) * outChannels;
            for (let k = 0; k < channels; k++) {
              for (let o = 0; o < multiplier; o++) {
                visit(x + k, weight + k * multiplier + o, y + (c.depthwise ? k * multiplier + o : o));
              }
            }
          }
        }
      }
    }
  }
}

const zeros = (shape: readonly number[]) => new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(0);
const at = (values: ArrayLike<number>, i: number) => values[i] as number;

/** The convolution, in double precision. */
export function convolve(c: Convolution, x: Numbers, filter: Numbers): number[] {
  const y = zeros(outputShape(c));
  eachMeeting(c, (i, w, o) => {
    y[o] = at(y, o) + at(x.values, i) * at(filter.values, w);
  });
  return y;
}

/** Gradient of its input, from that of its output. */
export function inputGradient(c: Convolution, dy: Numbers, filter: Numbers): number[] {
  const dx = zeros(c.x);
  eachMeeting(c, (i, w, o) => {
    dx[i] = at(dx, i) + at(dy.values, o) * at(filter.values, w);
  });
  return dx;
}

/** Gradient of its filter, from that of its output. */
export function filterGradient(c: Convolution, x: Numbers, dy: Numbers): number[] {
  const dw = zeros(c.filter);
  eachMeeting(c, (i, w, o) => {
    dw[w] = at(dw, w) + at(x.values, i) * at(dy.values, o);
  });
  return dw;
}
