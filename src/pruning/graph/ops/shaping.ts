import { axisFromFront, type Length, mapLength, product } from "../lengths.ts";
import type { Shape } from "../network.ts";
import {
  broadcast,
  forOps,
  known,
  numberIn,
  numbersIn,
  type OpRule,
  type OpRules,
  shaped,
  shapeIn,
  type Tensor,
  unknown,
} from "./tensor.ts";

// Source: tfjs-converter/src/operations/executors/transformation_executor.ts, 4.22.0.

/** The same numbers in another shape. */
function reshaped(from: Tensor, shape: Shape | null): Tensor {
  return from.values && shape ? known(shape, from.values) : { shape };
}

const reshape: OpRule = (_, [input = unknown, target]) => {
  const wanted = shapeIn(target);
  if (!wanted) return [unknown];
  const rest = wanted.filter((length) => length !== null);
  const size = input.shape ? product(input.shape) : null;
  const open = wanted.length - rest.length;
  const missing = open === 1 && size !== null ? size / (product(rest) ?? 1) : null;
  const fill = missing !== null && Number.isInteger(missing) ? missing : null;
  return [
    reshaped(
      input,
      wanted.map((length) => length ?? fill),
    ),
  ];
};

const expandDims: OpRule = (_, [input = unknown, axisTensor]) => {
  const axis = numberIn(axisTensor);
  if (!input.shape || axis === null) return [unknown];
  const shape = input.shape.toSpliced(axisFromFront(axis, input.shape.length + 1), 0, 1);
  return [reshaped(input, shape)];
};

const squeeze: OpRule = (node, [input = unknown]) => {
  const { shape } = input;
  if (!shape) return [unknown];
  const given = [...node.attrs.integers("axis"), ...node.attrs.integers("squeeze_dims")];
  const axes = given.map((axis) => axisFromFront(axis, shape.length));
  if (axes.length === 0 && shape.includes(null)) return [unknown];
  return [
    reshaped(
      input,
      shape.filter((length, i) => (axes.length > 0 ? !axes.includes(i) : length !== 1)),
    ),
  ];
};

const transpose = shaped((_, [input, perm]) => {
  const { shape } = input ?? unknown;
  if (!shape) return null;
  const order = numbersIn(perm) ?? shape.map(() => -1);
  return order.map((axis) => shape[axis] ?? null);
});

/** Pairs (before, after), one per axis, from a tensor [rank, 2]. */
function pairsIn(tensor: Tensor | undefined, axis: number): readonly [Length, Length] {
  return [tensor?.values?.[2 * axis] ?? null, tensor?.values?.[2 * axis + 1] ?? null];
}

const pad = shaped(
  (_, [input, pads]) =>
    input?.shape?.map((length, axis) => {
      const [before, after] = pairsIn(pads, axis);
      return before === null || after === null ? null : mapLength(length, (n) => n + before + after);
    }) ?? null,
);

/** Blocks of space go to the batch, or come back from it; `ends` are paddings or crops. */
function blocks(toBatch: boolean): OpRule {
  return shaped((_, [input, block, ends]) => {
    const sizes = numbersIn(block);
    if (!input?.shape || !sizes) return input?.shape?.map(() => null) ?? null;
    const volume = sizes.reduce((a, b) => a * b, 1);
    return input.shape.map((length, axis) => {
      if (axis === 0) return mapLength(length, (n) => (toBatch ? n * volume : n / volume));
      const size = sizes[axis - 1];
      if (size === undefined) return length;
      const [before, after] = pairsIn(ends, axis - 1);
      if (before === null || after === null) return null;
      return mapLength(length, (n) => (toBatch ? (n + before + after) / size : n * size - before - after));
    });
  });
}

const depthToSpace = shaped((node, [input]) => {
  const size = node.attrs.integer("block_size", 1);
  const first = node.attrs.text("data_format", "NHWC").toUpperCase() === "NCHW";
  const channels = first ? 1 : 3;
  return (
    input?.shape?.map((length, axis) => {
      if (axis === 0) return length;
      return mapLength(length, (n) => (axis === channels ? n / (size * size) : n * size));
    }) ?? null
  );
});

const broadcastArgs: OpRule = (_, [a, b]) => {
  const shape = broadcast(shapeIn(a), shapeIn(b));
  return [shape ? known([shape.length], shape) : unknown];
};

/** Height and width from a tensor; images are [batch, height, width, channels]. */
function sized(sizeInput: number, batchInput = 0): OpRule {
  return shaped((_, inputs) => {
    const [height = null, width = null] = inputs[sizeInput]?.values ?? [];
    return [inputs[batchInput]?.shape?.[0] ?? null, height, width, inputs[0]?.shape?.[3] ?? null];
  });
}

/** Ops that give elements another shape, or images another size. */
export const shapingRules: OpRules = {
  Reshape: reshape,
  ExpandDims: expandDims,
  Squeeze: squeeze,
  Transpose: transpose,
  ...forOps("Pad PadV2 MirrorPad", pad),
  SpaceToBatchND: blocks(true),
  BatchToSpaceND: blocks(false),
  DepthToSpace: depthToSpace,
  BroadcastTo: shaped((_, [, target]) => shapeIn(target)),
  BroadcastArgs: broadcastArgs,
  ...forOps("ResizeBilinear ResizeNearestNeighbor", sized(1)),
  CropAndResize: sized(3, 1),
  ImageProjectiveTransformV3: sized(2),
};
