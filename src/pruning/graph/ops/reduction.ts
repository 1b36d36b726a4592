import { axisFromFront } from "../lengths.ts";
import type { Shape } from "../network.ts";
import { axesIn, forOps, known, numberIn, numbersIn, type OpRule, type OpRules, shaped, unknown } from "./tensor.ts";

/** Takes axes away, or leaves them with length 1. */
function reduce(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  return keep ? shape.map((length, i) => (axes.includes(i) ? 1 : length)) : shape.filter((_, i) => !axes.includes(i));
}

function reduction(f?: (values: readonly number[]) => number): OpRule {
  return (node, [input = unknown, axisTensor]) => {
    if (!input.shape) return [unknown];
    const axes = axesIn(axisTensor, input.shape.length);
    const keep = node.attrs.flag("keep_dims");
    if (!axes) return [{ shape: keep ? input.shape.map(() => null) : null }];
    const shape = reduce(input.shape, axes, keep);
    const values = numbersIn(input);
    const whole = axes.length === input.shape.length;
    return [f && values && whole ? known(shape, [f(values)]) : { shape }];
  };
}

/** Takes one axis away. */
const argument = shaped((_, [input, axisTensor]) => {
  const axis = numberIn(axisTensor);
  return input?.shape && axis !== null ? reduce(input.shape, [axisFromFront(axis, input.shape.length)], false) : null;
});

const bincount = shaped((_, [input, size]) => [...(input?.shape ?? []).slice(0, -1), numberIn(size)]);

const topK: OpRule = (_, [input = unknown, k]) => {
  const shape = input.shape && [...input.shape.slice(0, -1), numberIn(k)];
  return [{ shape }, { shape }];
};

/** Ops that take axes away. */
export const reductionRules: OpRules = {
  ...forOps("Mean All Any EuclideanNorm", reduction()),
  Sum: reduction((values) => values.reduce((a, b) => a + b, 0)),
  Prod: reduction((values) => values.reduce((a, b) => a * b, 1)),
  Max: reduction((values) => Math.max(...values)),
  Min: reduction((values) => Math.min(...values)),
  ...forOps("ArgMax ArgMin", argument),
  ...forOps("Bincount DenseBincount", bincount),
  TopKV2: topK,
};
