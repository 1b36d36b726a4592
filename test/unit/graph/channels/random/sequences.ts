import { innerLayer, layer, layerOfSeveral, still, type Tensor } from "../architectures/architecture.ts";
import { activations, type Growth, lengthsOf, ofRank, oneOf, put, type Step } from "./growth.ts";

const kinds = ["simpleRNN", "gru", "lstm"] as const;

const config = (growth: Growth) => ({
  units: 1 + growth.below(4),
  activation: oneOf(growth, activations),
  useBias: growth.below(3) > 0,
  returnSequences: growth.below(2) === 0,
  goBackwards: growth.below(4) === 0,
  ...still,
});

/** Puts a layer on sequences, or on every step of one. */
export const sequenceSteps: Readonly<Record<string, Step>> = {
  recurrent(growth) {
    const sequence = ofRank(growth, 3);
    return sequence && put(growth, layer(oneOf(growth, kinds), growth.name("rnn"), config(growth)), sequence);
  },
  stacked(growth) {
    const sequence = ofRank(growth, 3);
    if (!sequence) return undefined;
    const cells = ["simpleRNNCell", "gruCell", "lstmCell"].map((kind) =>
      innerLayer(kind, growth.name("cell"), { units: 1 + growth.below(3), ...still }),
    );
    return layer("rnn", growth.name("stack"), { cell: innerLayer("stackedRNNCells", growth.name("cells"), { cells }) })(
      sequence,
    );
  },
  bidirectional(growth) {
    const sequence = ofRank(growth, 3);
    const inner = innerLayer(oneOf(growth, kinds), growth.name("rnn"), config(growth));
    const mergeMode = oneOf(growth, ["concat", "sum", "mul", "ave"]);
    return sequence && layer("bidirectional", growth.name("both"), { layer: inner, mergeMode })(sequence);
  },
  handedOver(growth) {
    const [from, to] = [ofRank(growth, 3), ofRank(growth, 3)];
    if (!from || !to) return undefined;
    const units = 1 + growth.below(4);
    // tfjs disposes of a state too early where another layer has read it: only this one may.
    const [, h, c] = layerOfSeveral("lstm", growth.name("from"), { units, returnState: true, ...still })(from);
    return layer("lstm", growth.name("to"), { units, ...still })([to, h as Tensor, c as Tensor]);
  },
  conv1d(growth) {
    const sequence = ofRank(growth, 3);
    const filters = 1 + growth.below(5);
    const window = {
      kernelSize: 2,
      padding: "same",
      activation: oneOf(growth, activations),
      kernelInitializer: "zeros",
    };
    return sequence && put(growth, layer("conv1d", growth.name("conv1d"), { filters, ...window }), sequence);
  },
  pool1d(growth) {
    const sequence = ofRank(growth, 3);
    const kind = oneOf(growth, ["globalAveragePooling1d", "globalMaxPooling1d"]);
    return sequence && layer(kind, growth.name("pool1d"))(sequence);
  },
  perStep(growth) {
    const sequence = ofRank(growth, 3, 4);
    if (!sequence) return undefined;
    const inner = {
      dense: () => innerLayer("dense", growth.name("inner"), { units: 1 + growth.below(4) }),
      norm: () => innerLayer("batchNormalization", growth.name("inner")),
      ...(sequence.rank === 4 && {
        flat: () => innerLayer("flatten", growth.name("inner")),
        gru: () => innerLayer("gru", growth.name("inner"), config(growth)),
      }),
    };
    const make = oneOf(growth, Object.values(inner)) as () => ReturnType<typeof innerLayer>;
    return layer("timeDistributed", growth.name("each"), { layer: make() })(sequence);
  },
  repeated(growth) {
    const vector = ofRank(growth, 2);
    return vector && layer("repeatVector", growth.name("repeat"), { n: 1 + growth.below(3) })(vector);
  },
  product(growth) {
    const [a, b] = [ofRank(growth, 3), ofRank(growth, 3)];
    if (!a || !b) return undefined;
    const axes = [1, 2].flatMap((i) => [1, 2].map((j) => [i, j] as const));
    const fitting = axes.filter(([i, j]) => lengthsOf(a)[i - 1] === lengthsOf(b)[j - 1]);
    if (fitting.length === 0 || a === b) return undefined;
    const dot = layer("dot", growth.name("dot"), { axes: [...oneOf(growth, fitting)] })([a, b]);
    // Numbers that grow with every product would soon differ by more than rounding allows.
    return layer("activation", growth.name("bounded"), { activation: "tanh" })(dot);
  },
};
