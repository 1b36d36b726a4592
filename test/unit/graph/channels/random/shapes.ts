import { dense, flatten, layer, norm, reshape } from "../architectures/architecture.ts";
import { activations, choose, type Growth, lengthsOf, ofRank, oneOf, put, type Step, sizeOf } from "./growth.ts";

const anything = (growth: Growth) => choose(growth, () => true);

/** Puts a layer on tensors of any shape. */
export const shapeSteps: Readonly<Record<string, Step>> = {
  dense(growth) {
    const x = anything(growth);
    const config = { activation: oneOf(growth, [...activations, "softmax"]), useBias: growth.below(3) > 0 };
    return x && put(growth, dense(growth.name("dense"), 1 + growth.below(6), config), x);
  },
  wideDense(growth) {
    const x = ofRank(growth, 2);
    return x && put(growth, dense(growth.name("wide"), oneOf(growth, [8, 12, 16, 24])), x);
  },
  norm(growth) {
    const x = anything(growth);
    const axis = growth.below(3) === 0 && x ? 1 + growth.below(x.rank - 1) : -1;
    return x && put(growth, norm(growth.name("bn"), { axis }), x);
  },
  activation(growth) {
    const x = anything(growth);
    return x && put(growth, layer("activation", growth.name("act"), { activation: oneOf(growth, activations) }), x);
  },
  softmax(growth) {
    const x = anything(growth);
    return x && layer("activation", growth.name("share"), { activation: "softmax" })(x);
  },
  layerNorm(growth) {
    const x = ofRank(growth, 3, 4);
    return x && put(growth, layer("layerNormalization", growth.name("ln"), { axis: 1 + growth.below(x.rank - 1) }), x);
  },
  prelu(growth) {
    const x = anything(growth);
    if (!x) return undefined;
    const sharedAxes = lengthsOf(x)
      .map((_, i) => i + 1)
      .filter(() => growth.below(2) === 0);
    return put(growth, layer("prelu", growth.name("prelu"), { sharedAxes }), x);
  },
  flatten(growth) {
    const x = ofRank(growth, 3, 4);
    const dataFormat = oneOf(growth, ["channelsLast", "channelsFirst"]);
    return x && flatten(growth.name("flat"), { dataFormat })(x);
  },
  reshape(growth) {
    const x = anything(growth);
    return x && put(growth, reshape(growth.name("fold"), ...folds(growth, sizeOf(x), 1 + growth.below(3))), x);
  },
  permute(growth) {
    const x = ofRank(growth, 3, 4);
    if (!x) return undefined;
    const left = lengthsOf(x).map((_, i) => i + 1);
    const dims = lengthsOf(x).map(() => left.splice(growth.below(left.length), 1)[0]);
    return layer("permute", growth.name("turn"), { dims })(x);
  },
};

/** Some lengths whose product is given. */
function folds(growth: Growth, size: number, count: number): number[] {
  if (count === 1) return [size];
  const divisors = Array.from({ length: size }, (_, i) => i + 1).filter((each) => size % each === 0 && each < 9);
  const divisor = oneOf(growth, divisors);
  return [divisor, ...folds(growth, size / divisor, count - 1)];
}
