import type { Window } from "../../graph/layers/windows.ts";

/** One input position and the kernel position that multiplies it, along one axis or all. */
export interface Tap {
  readonly input: number;
  readonly kernel: number;
}

/** One axis in space, as a window goes over it. */
export interface WindowAxis {
  readonly input: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

/** The lengths of an output in space. */
export function outputLength({ input, kernel, stride, dilation }: WindowAxis, { kind, padding }: Window): number {
  if (kind === "transposed") return input * stride + (padding === "valid" ? Math.max(kernel - stride, 0) : 0);
  return padding === "same" ? Math.ceil(input / stride) : Math.ceil((input - (kernel - 1) * dilation) / stride);
}

/**
 * Which inputs a number of the output sums along one axis, as TensorFlow pads: what lies outside is zero, and left out.
 * A transposed convolution is the gradient of a convolution from its output to its input.
 */
export function tapsAlong(axis: WindowAxis, window: Window, output: number): Tap[] {
  const { input, kernel, stride, dilation } = axis;
  const length = outputLength(axis, window);
  const isTransposed = window.kind === "transposed";
  const [short, long] = isTransposed ? [input, length] : [length, input];
  const padding = window.padding === "same" ? (short - 1) * stride + (kernel - 1) * dilation + 1 - long : 0;
  const before = Math.floor(Math.max(0, padding) / 2);
  return Array.from({ length: kernel }, (_, k) => {
    const at = isTransposed ? (output + before - k) / stride : output * stride + k * dilation - before;
    return { input: at, kernel: k };
  }).filter((tap) => Number.isInteger(tap.input) && tap.input >= 0 && tap.input < input);
}

/** The same along all axes in space: positions row-major over these. No axes make one tap. */
export function tapsAt(axes: readonly WindowAxis[], window: Window, output: readonly number[]): Tap[] {
  return axes.reduce<Tap[]>(
    (taps, axis, i) =>
      taps.flatMap((tap) =>
        tapsAlong(axis, window, output[i] as number).map(({ input, kernel }) => ({
          input: tap.input * axis.input + input,
          kernel: tap.kernel * axis.kernel + kernel,
        })),
      ),
    [{ input: 0, kernel: 0 }],
  );
}
