import { layers } from "../../tfjs.ts";
import { conv, dense, input, layer, nested, norm, type Tensor } from "../architectures/architecture.ts";
import { activations, choose, type Growth, lengthsOf, ofRank, oneOf, type Step } from "./growth.ts";

const merges = ["add", "average", "maximum", "minimum"] as const;

/** Two tensors that go together; not one twice, of which tfjs disposes too early where it is read again. */
function pair(growth: Growth, match: (a: Tensor, b: Tensor) => boolean): [Tensor, Tensor] | undefined {
  const a = choose(growth, (each) => growth.tensors.some((other) => other !== each && match(each, other)));
  const b = a && choose(growth, (each) => each !== a && match(a, each));
  return a && b && [a, b];
}

/** Whether one can be stretched over the other, axis by axis. */
function spreads(a: Tensor, b: Tensor): boolean {
  const [x, y] = [lengthsOf(a).toReversed(), lengthsOf(b).toReversed()];
  return x.every((length, i) => length === (y[i] ?? length) || length === 1 || y[i] === 1);
}

/** Joins tensors, or uses a layer or a model more than once. */
export const jointSteps: Readonly<Record<string, Step>> = {
  merge(growth) {
    const both = pair(growth, spreads);
    return both && layer(oneOf(growth, merges), growth.name("merge"))(both);
  },
  times(growth) {
    const both = pair(growth, spreads);
    const product = both && layer("multiply", growth.name("times"))(both);
    return product && layer("activation", growth.name("bounded"), { activation: "tanh" })(product);
  },
  concat(growth) {
    const axis = growth.below(3) === 0 ? 1 + growth.below(3) : -1;
    const at = (tensor: Tensor) => (axis === -1 ? tensor.rank - 1 : axis);
    const alike = (a: Tensor, b: Tensor) =>
      a.rank === b.rank && at(a) < a.rank && a.shape.every((length, i) => i === at(a) || length === b.shape[i]);
    const both = pair(growth, alike);
    return both && layer("concatenate", growth.name("join"), { axis })(both);
  },
  again(growth) {
    const fitting = growth.reusable.filter(({ shape }) => growth.tensors.some((tensor) => `${tensor.shape}` === shape));
    const { shape, apply } = fitting[growth.below(fitting.length || 1)] ?? {};
    const x = choose(growth, (tensor) => `${tensor.shape}` === shape);
    return x && apply?.(x);
  },
  model(growth) {
    const image = ofRank(growth, 4);
    if (!image) return undefined;
    const x = input(growth.name("in"), ...lengthsOf(image));
    const inner = norm(growth.name("bn"))(
      conv(growth.name("inner"), 1 + growth.below(4), { activation: oneOf(growth, activations) })(x),
    );
    const outputs = growth.below(2) === 0 ? inner : layer("globalAveragePooling2d", growth.name("pool"))(inner);
    return towerOn(growth, image, layers.model({ name: growth.name("model"), inputs: x, outputs }));
  },
  modelWithoutWeights(growth) {
    const x = choose(growth, () => true);
    if (!x) return undefined;
    const inside = input(growth.name("in"), ...lengthsOf(x));
    const outputs = layer("activation", growth.name("soft"), { activation: "softplus" })(inside);
    return towerOn(growth, x, layers.model({ name: growth.name("model"), inputs: inside, outputs }));
  },
  modelPerStep(growth) {
    const sequence = ofRank(growth, 3, 4);
    if (!sequence) return undefined;
    const frame = input(growth.name("in"), ...lengthsOf(sequence).slice(1));
    const hidden = dense(growth.name("hidden"), 1 + growth.below(4))(frame);
    const inner = layers.model({
      name: growth.name("frame"),
      inputs: frame,
      outputs: dense(growth.name("code"), 2)(hidden),
    });
    return layer("timeDistributed", growth.name("each"), { layer: inner })(sequence);
  },
};

/** A model on a tensor, to be called again on others of the shape. */
function towerOn(growth: Growth, x: Tensor, model: layers.LayersModel): Tensor {
  const apply = nested(model) as (x: Tensor) => Tensor;
  growth.reusable.push({ shape: `${x.shape}`, apply });
  return apply(x);
}
