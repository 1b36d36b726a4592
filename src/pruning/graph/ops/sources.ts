import { type Length, product } from "../lengths.ts";
import {
  forOps,
  known,
  numberIn,
  numbersIn,
  type OpRule,
  type OpRules,
  scalar,
  shaped,
  shapeIn,
  type Tensor,
  unknown,
} from "./tensor.ts";

// Ops that ask for shapes, make tensors, or give as many elements as the data decides.

const lengthsOf = (input: Tensor): Tensor =>
  input.shape ? known([input.shape.length], input.shape) : { shape: [null] };

const fill: OpRule = (_, [dims, value]) => {
  const shape = shapeIn(dims);
  if (!shape) return [unknown];
  const size = product(shape);
  return [size !== null && size <= 256 ? known(shape, Array<Length>(size).fill(numberIn(value))) : { shape }];
};

const range: OpRule = (_, inputs) => {
  const [start, stop, step] = inputs.map(numberIn);
  if (typeof start !== "number" || typeof stop !== "number" || typeof step !== "number" || step === 0) {
    return [{ shape: [null] }];
  }
  const count = Math.max(Math.ceil((stop - start) / step), 0);
  return [
    count <= 256
      ? known(
          [count],
          Array.from({ length: count }, (_, i) => start + i * step),
        )
      : { shape: [count] },
  ];
};

const oneHot = shaped((node, [indices, depth]) => {
  if (!indices?.shape) return null;
  const axis = node.attrs.integer("axis", -1);
  return indices.shape.toSpliced(axis < 0 ? indices.shape.length : axis, 0, numberIn(depth));
});

/** How many boxes survive is only known when it runs; V4 can fill up to the most asked for. */
const nonMaxSuppression: OpRule = (node, inputs) => {
  const padded = node.op === "NonMaxSuppressionV4" && node.attrs.flag("pad_to_max_output_size");
  const kept = { shape: [padded ? numberIn(inputs[2]) : null] };
  if (node.op === "NonMaxSuppressionV4") return [kept, scalar];
  return node.op === "NonMaxSuppressionV5" ? [kept, kept] : [kept];
};

/** Segments are counted by the data; the rest of a row stays. */
const segments = shaped((_, [data]) => (data?.shape ? [null, ...data.shape.slice(1)] : null));

const sparseReshape: OpRule = (_, [indices, , newShape]) => {
  const rank = newShape?.shape?.[0] ?? null;
  return [{ shape: [indices?.shape?.[0] ?? null, rank] }, { shape: [rank] }];
};

const sparseFillEmptyRows: OpRule = (_, [indices, , denseShape]) => {
  const rank = indices?.shape?.[1] ?? denseShape?.shape?.[0] ?? null;
  const rows = numbersIn(denseShape)?.[0] ?? null;
  return [{ shape: [null, rank] }, { shape: [null] }, { shape: [rows] }, { shape: [indices?.shape?.[0] ?? null] }];
};

const realFourier = shaped((node, [input, size]) => {
  if (!input?.shape) return null;
  const length = numberIn(size);
  const out = node.op === "RFFT" && length !== null ? Math.floor(length / 2) + 1 : length;
  return [...input.shape.slice(0, -1), out];
});

/** A list of tensors of one shape, put side by side. */
const listStack = shaped((node, [, elementShape]) => {
  const element = shapeIn(elementShape);
  const count = node.attrs.integer("num_elements", -1);
  return element && [count < 0 ? null : count, ...element];
});

/** Ops that make tensors. */
export const sourceRules: OpRules = {
  Shape: (_, [input = unknown]) => [lengthsOf(input)],
  ShapeN: (_, inputs) => inputs.map(lengthsOf),
  Rank: (_, [input]) => [input?.shape ? known([], [input.shape.length]) : scalar],
  Size: (_, [input]) => [input?.shape ? known([], [product(input.shape)]) : scalar],
  Fill: fill,
  ...forOps("Zeros Ones RandomUniform RandomUniformInt RandomStandardNormal TruncatedNormal", (_, [dims]) => [
    { shape: shapeIn(dims) },
  ]),
  Multinomial: shaped((_, [logits, count]) => [logits?.shape?.[0] ?? null, numberIn(count)]),
  LinSpace: shaped((_, [, , count]) => [numberIn(count)]),
  Range: range,
  OneHot: oneHot,
  Where: shaped((_, [condition]) => [null, condition?.shape?.length ?? null]),
  ...forOps("NonMaxSuppressionV2 NonMaxSuppressionV3 NonMaxSuppressionV4 NonMaxSuppressionV5", nonMaxSuppression),
  ListDiff: () => [{ shape: [null] }, { shape: [null] }],
  ...forOps("LowerBound UpperBound", (_, [, values = unknown]) => [{ shape: values.shape }]),
  ...forOps("SparseSegmentMean SparseSegmentSum", segments),
  SparseReshape: sparseReshape,
  SparseFillEmptyRows: sparseFillEmptyRows,
  ...forOps("RFFT IRFFT", realFourier),
  ...forOps("LookupTableFind LookupTableFindV2", (_, [, keys = unknown]) => [{ shape: keys.shape }]),
  ...forOps("LookupTableSize LookupTableSizeV2 TensorListLength TensorArraySizeV3", () => [scalar]),
  TensorListStack: listStack,
  TensorListGetItem: shaped((_, [, , elementShape]) => shapeIn(elementShape)),
  Switch: (_, [data = unknown]) => [{ shape: data.shape }, { shape: data.shape }],
};
