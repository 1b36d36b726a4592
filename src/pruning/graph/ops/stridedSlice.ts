import type { Length } from "../lengths.ts";
import type { Shape } from "../network.ts";
import type { GraphNode } from "./graphDef.ts";
import { known, type OpRule, type Tensor, unknown } from "./tensor.ts";

// Source: tfjs-core/src/ops/slice_util.ts (`sliceInfo`), 4.22.0, which follows TensorFlow's ValidateStridedSliceOp.

/** What is done to one axis of the input; an index takes the axis away. */
interface AxisSlice {
  readonly begin: Length;
  readonly end: Length;
  readonly stride: Length;
  readonly fromStart: boolean;
  readonly toEnd: boolean;
  readonly index: boolean;
}

const everything: AxisSlice = { begin: 0, end: null, stride: 1, fromStart: true, toEnd: true, index: false };

/** Takes every so many elements of each axis; masks make starts and ends open, add axes and take some away. */
export const stridedSlice: OpRule = (node, [input = unknown, begin = unknown, end = unknown, strides = unknown]) => {
  const entries = begin.shape?.length === 1 ? begin.shape[0] : null;
  if (!input.shape || entries === null || entries === undefined) return [unknown];
  const parts = readSpec(node, input.shape.length, entries, [begin, end, strides]);
  let axis = 0;
  const shape: Length[] = [];
  for (const part of parts) {
    if (part === "new") {
      shape.push(1);
      continue;
    }
    const length = input.shape[axis++] ?? null;
    if (!part.index) shape.push(span(part, length)?.count ?? null);
  }
  const vector = input.shape.length === 1 && input.values && parts.length === 1 ? parts[0] : undefined;
  return [vector && vector !== "new" && input.values ? pick(vector, input.values, shape) : { shape }];
};

/** The slice of each axis in turn, new axes between, with the ellipsis filled in. */
function readSpec(
  node: GraphNode,
  rank: number,
  entries: number,
  [begin, end, strides]: readonly [Tensor, Tensor, Tensor],
): (AxisSlice | "new")[] {
  const masked = (name: string, i: number) => (node.attrs.integer(name, 0) & (1 << i)) !== 0;
  const indices = Array.from({ length: entries }, (_, i) => i);
  const taken = indices.filter((i) => !masked("ellipsis_mask", i) && !masked("new_axis_mask", i)).length;
  const elided = Array<AxisSlice>(Math.max(rank - taken, 0)).fill(everything);
  const spec = indices.flatMap((i): (AxisSlice | "new")[] => {
    if (masked("ellipsis_mask", i)) return elided;
    if (masked("new_axis_mask", i)) return ["new"];
    return [
      {
        begin: begin.values?.[i] ?? null,
        end: end.values?.[i] ?? null,
        stride: strides.values?.[i] ?? null,
        fromStart: masked("begin_mask", i),
        toEnd: masked("end_mask", i),
        index: masked("shrink_axis_mask", i),
      },
    ];
  });
  return indices.some((i) => masked("ellipsis_mask", i)) ? spec : [...spec, ...elided];
}

/** Where a slice starts and how many elements it takes; undefined where that is not known. */
function span(part: AxisSlice, length: Length): { start: number; stride: number; count: number } | undefined {
  const { stride } = part;
  if (length === null || stride === null || stride === 0) return undefined;
  const forward = stride > 0;
  const clamp = (at: number) => {
    const fromFront = at < 0 ? at + length : at;
    return forward ? Math.min(Math.max(fromFront, 0), length) : Math.min(Math.max(fromFront, -1), length - 1);
  };
  const start = part.fromStart ? (forward ? 0 : length - 1) : part.begin === null ? null : clamp(part.begin);
  const stop = part.toEnd ? (forward ? length : -1) : part.end === null ? null : clamp(part.end);
  if (start === null || stop === null) return undefined;
  return { start, stride, count: Math.max(Math.ceil((stop - start) / stride), 0) };
}

/** The numbers a slice takes of a vector. */
function pick(part: AxisSlice, values: readonly (number | null)[], shape: Shape): Tensor {
  if (part.index) return known([], [part.begin === null ? null : (values.at(part.begin) ?? null)]);
  const taken = span(part, values.length);
  if (!taken) return { shape };
  return known(
    [taken.count],
    Array.from({ length: taken.count }, (_, i) => values[taken.start + i * taken.stride] ?? null),
  );
}
