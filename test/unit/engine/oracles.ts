import assert from "node:assert/strict";

// Plain loops to hold kernels against: slow, obvious, in double precision.

/** Numbers of a shape, row-major. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Repeatable numbers between -1 and 1, plus an offset. */
export function numbers(shape: readonly number[], seed: number, offset = 0): Numbers {
  const length = shape.reduce((a, b) => a * b, 1);
  let state = seed * 2654435761 + 12345;
  const values = Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1 + offset;
  });
  return { shape, values };
}

function at({ shape, values }: Numbers, ...index: number[]): number {
  const position = index.reduce((sum, i, axis) => sum * (shape[axis] as number) + i, 0);
  return values[position] as number;
}

/** Output length and what is padded before, as TensorFlow defines `same` and `valid`. */
function along(
  input: number,
  kernel: number,
  stride: number,
  pad: "same" | "valid",
): { length: number; before: number } {
  if (pad === "valid") return { length: Math.floor((input - kernel) / stride) + 1, before: 0 };
  const length = Math.ceil(input / stride);
  return { length, before: Math.floor(Math.max(0, (length - 1) * stride + kernel - input) / 2) };
}

/** [b,h,w,c] with [kh,kw,c,f], or depthwise with [kh,kw,c,m]. */
export function convolution(
  x: Numbers,
  filter: Numbers,
  strides: [number, number],
  pad: "same" | "valid",
  depthwise: boolean,
): number[] {
  const [b, h, w, c] = x.shape as [number, number, number, number];
  const [kh, kw, , f] = filter.shape as [number, number, number, number];
  const rows = along(h, kh, strides[0], pad);
  const columns = along(w, kw, strides[1], pad);
  const out: number[] = [];
  for (let n = 0; n < b; n++) {
    for (let i = 0; i < rows.length; i++) {
      for (let j = 0; j < columns.length; j++) {
        for (let o = 0; o < (depthwise ? c * f : f); o++) {
          let sum = 0;
          for (let p = 0; p < kh; p++) {
            for (let q = 0; q < kw; q++) {
              const y = i * strides[0] + p - rows.before;
              const z = j * strides[1] + q - columns.before;
              if (y < 0 || y >= h || z < 0 || z >= w) continue;
              if (depthwise) sum += at(x, n, y, z, Math.floor(o / f)) * at(filter, p, q, Math.floor(o / f), o % f);
              else for (let k = 0; k < c; k++) sum += at(x, n, y, z, k) * at(filter, p, q, k, o);
            }
          }
          out.push(sum);
        }
      }
    }
  }
  return out;
}

/** [n,i,k]·[n,k,j], or with either matrix transposed. */
export function product(a: Numbers, b: Numbers, transposeA: boolean, transposeB: boolean): number[] {
  const [n, a1, a2] = a.shape as [number, number, number];
  const [, b1, b2] = b.shape as [number, number, number];
  const [rows, inner] = transposeA ? [a2, a1] : [a1, a2];
  const out: number[] = [];
  for (let m = 0; m < n; m++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < (transposeB ? b1 : b2); j++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          sum += (transposeA ? at(a, m, k, i) : at(a, m, i, k)) * (transposeB ? at(b, m, j, k) : at(b, m, k, j));
        }
        out.push(sum);
      }
    }
  }
  return out;
}

/** Greatest of each window of `kernel` elements of a line, stride 1, nothing padded. */
export function windowMaxima(values: ArrayLike<number>, kernel: number): number[] {
  return Array.from({ length: values.length - kernel + 1 }, (_, i) =>
    Math.max(...Array.from(values).slice(i, i + kernel)),
  );
}

/** Greatest absolute difference; infinite where one is not a number. */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert.equal(actual.length, expected.length);
  const distances = Array.from(actual, (value, i) => Math.abs(value - (expected[i] as number)));
  return Math.max(0, ...distances.map((distance) => (Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance)));
}
