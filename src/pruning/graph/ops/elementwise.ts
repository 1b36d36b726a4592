import { product } from "../lengths.ts";
import type { Shape } from "../network.ts";
import { broadcast, forOps, known, type OpRule, type OpRules, shaped, type Tensor, unknown } from "./tensor.ts";

/** Gives back the shape it gets. */
const same = shaped((_, [input]) => input?.shape ?? null);

/** Passes its inputs on, numbers and all. */
const pass: OpRule = (_, inputs) => inputs;
const passFirst: OpRule = (_, [input = unknown]) => [input];

function unary(f: (value: number) => number): OpRule {
  return (_, [input = unknown]) => [
    input.values && input.shape
      ? known(
          input.shape,
          input.values.map((value) => (value === null ? null : f(value))),
        )
      : { shape: input.shape },
  ];
}

function binary(f?: (a: number, b: number) => number): OpRule {
  return (_, [a = unknown, b = unknown]) => {
    const shape = broadcast(a.shape, b.shape);
    if (!f || !shape || !a.values || !b.values) return [{ shape }];
    const left = spread(a, shape);
    const right = spread(b, shape);
    if (!left || !right) return [{ shape }];
    const values = left.map((x, i) => {
      const y = right[i] ?? null;
      return x === null || y === null ? null : f(x, y);
    });
    return [known(shape, values)];
  };
}

/** The numbers of a tensor broadcast to a shape. */
function spread({ shape, values }: Tensor, to: Shape): (number | null)[] | undefined {
  const size = product(to);
  if (!shape || !values || size === null) return undefined;
  return Array.from({ length: size }, (_, flat) => {
    let rest = flat;
    let index = 0;
    let stride = 1;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const length = to[axis] as number;
      const own = shape[axis - (to.length - shape.length)] ?? 1;
      if (own > 1) index += (rest % length) * stride;
      stride *= own;
      rest = Math.floor(rest / length);
    }
    return values[index] ?? null;
  });
}

const truth = (test: (a: number, b: number) => boolean) => binary((a, b) => (test(a, b) ? 1 : 0));

/** Takes each number from the one or the other by a condition; Select's may have fewer axes. */
const select: OpRule = (node, [condition = unknown, a = unknown, b = unknown]) => {
  const both = broadcast(a.shape, b.shape);
  const shape = node.op === "SelectV2" ? broadcast(both, condition.shape) : both;
  const only = condition.values?.length === 1 ? condition.values[0] : undefined;
  const chosen = only === 1 ? a : only === 0 ? b : undefined;
  return [chosen?.values && shape && product(shape) === chosen.values.length ? known(shape, chosen.values) : { shape }];
};

/** Casts to whole numbers cut off what follows the point. */
const cast: OpRule = (node, inputs) => {
  const isInteger = node.attrs.dtype("DstT") === "int32";
  return unary(isInteger ? Math.trunc : (value) => value)(node, inputs);
};

/** Ops that compute element by element, or pass elements on. */
export const elementwiseRules: OpRules = {
  ...forOps("Identity Snapshot StopGradient FakeQuantWithMinMaxVars EnsureShape Print Enter Exit LoopCond", passFirst),
  IdentityN: pass,
  Cast: cast,
  Neg: unary((value) => -value),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Abs: unary(Math.abs),
  Add: binary((a, b) => a + b),
  AddV2: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b) => a / b),
  RealDiv: binary((a, b) => a / b),
  FloorDiv: binary((a, b) => Math.floor(a / b)),
  FloorMod: binary((a, b) => a - b * Math.floor(a / b)),
  Maximum: binary(Math.max),
  Minimum: binary(Math.min),
  Equal: truth((a, b) => a === b),
  NotEqual: truth((a, b) => a !== b),
  Greater: truth((a, b) => a > b),
  GreaterEqual: truth((a, b) => a >= b),
  Less: truth((a, b) => a < b),
  LessEqual: truth((a, b) => a <= b),
  LogicalAnd: truth((a, b) => a !== 0 && b !== 0),
  LogicalOr: truth((a, b) => a !== 0 || b !== 0),
  LogicalNot: unary((value) => (value === 0 ? 1 : 0)),
  Select: select,
  SelectV2: select,
  AddN: shaped((_, inputs) => inputs.map((input) => input.shape).reduce(broadcast, [])),
  ...forOps("BiasAdd DivNoNan Pow SquaredDifference Mod Atan2 Complex BitwiseAnd", binary()),
  ...forOps(
    "Acos Asin Atan ClipByValue ComplexAbs Cos Cosh Elu Exp Log Imag Real Prelu Relu Relu6 Selu Sigmoid Sin Sinh Sqrt Rsqrt Square Tan Tanh Sign Round Expm1 Log1p Reciprocal Softplus Asinh Acosh Atanh Erf LeakyRelu IsNan IsFinite IsInf",
    same,
  ),
  ...forOps("FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 LRN Softmax LogSoftmax", same),
  ...forOps("MatrixBandPart Cumprod Cumsum FFT IFFT Reverse ReverseV2 TensorScatterUpdate", same),
  ...forOps("OnesLike ZerosLike StaticRegexReplace StringToHashBucketFast", same),
};
