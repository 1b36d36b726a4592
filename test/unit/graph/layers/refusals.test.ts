import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type ErrorCode, SecateurError } from "../../../../src/pruning/errors.ts";
import { networkOf } from "../../../../src/pruning/graph/networkOf.ts";
import type { JsonObject, Model } from "../../../../src/pruning/model/model.ts";
import { readModel } from "../../../../src/pruning/model/read.ts";
import { corpus } from "../../../support/corpus.ts";
import { type layers, layersModelOf, loadLayers, modelOf, tf } from "../tfjs.ts";

type Shapes = Readonly<Record<string, readonly number[]>>;

const sequential = (...list: JsonObject[]): JsonObject => ({
  class_name: "Sequential",
  config: { name: "s", layers: list },
});
const layer = (class_name: string, config: JsonObject = {}): JsonObject => ({
  class_name,
  config: { name: "it", ...config },
});
const input = (...shape: (number | null)[]) => ({ batch_input_shape: [null, ...shape] });

/** Refused by us with this code and sentence, and by TensorFlow.js when it loads or first runs the model. */
async function refuses(model: Model, code: ErrorCode, sentence: RegExp): Promise<void> {
  assert.throws(
    () => networkOf(model),
    (error) => SecateurError.is(error, code) && sentence.test(error.message) && oneSentence(error.message),
  );
  await assert.rejects(loadAndRun(model));
}

/** No second sentence but after a colon or semicolon, and a full stop at the end. */
const oneSentence = (text: string) => /\.$/.test(text) && !/\.\s+[A-Z]/.test(text) && !/undefined|\[object/.test(text);

async function loadAndRun(model: Model): Promise<void> {
  const loaded: layers.LayersModel = await loadLayers(model);
  tf.tidy(() => void loaded.predict(loaded.inputs.map(({ shape }) => tf.ones(shape.map((length) => length ?? 1)))));
}

const dense = (config: JsonObject = {}) => sequential(layer("Dense", { units: 2, ...input(3), ...config }));
const denseShapes: Shapes = { "it/kernel": [3, 2], "it/bias": [2] };

describe("layers models that TensorFlow.js refuses", () => {
  before(() => tf.setBackend("cpu"));

  it("accepts the model the others are made from", async () => {
    networkOf(layersModelOf(dense(), denseShapes));
    await loadAndRun(layersModelOf(dense(), denseShapes));
  });

  const unsupported: [what: string, topology: JsonObject, shapes: Shapes, sentence: RegExp][] = [
    ["an unknown class", sequential(layer("Lambda", input(3))), {}, /^Layer "it" \(Lambda\) is of a class/],
    ["a class of Keras that has a twin", sequential(layer("EinsumDense", input(3))), {}, /EinsumDense/],
    ["a cell by itself", sequential(layer("LSTMCell", { units: 2, ...input(3) })), {}, /is a cell/],
    ["an unknown activation", dense({ activation: "silu" }), denseShapes, /"it" \(Dense\) has the activation "silu"/],
    ["an activation no file can name", dense({ activation: "gelu_new" }), denseShapes, /gelu_new/],
    [
      "an unknown initialiser",
      dense({ kernel_initializer: { class_name: "LecunNormal", config: {} } }),
      denseShapes,
      /initialiser "LecunNormal"/,
    ],
    [
      "an unknown regulariser",
      dense({ kernel_regularizer: { class_name: "L2", config: { l2: 0.1 } } }),
      denseShapes,
      /regulariser "L2"/,
    ],
    ["an unknown constraint", dense({ bias_constraint: "max" }), denseShapes, /constraint "max"/],
    [
      "an activity regulariser",
      dense({ activity_regularizer: { class_name: "L1L2", config: { l2: 0.1 } } }),
      denseShapes,
      /activity regulariser/,
    ],
    [
      "a name with a space",
      dense({ name: "my layer" }),
      { "my layer/kernel": [3, 2], "my layer/bias": [2] },
      /"my layer"/,
    ],
    [
      "two layers of one name",
      sequential(layer("Dense", { units: 2, ...input(3) }), layer("Dense", { units: 2 })),
      denseShapes,
      /two layers named "it"/,
    ],
    [
      "a first layer without a shape",
      sequential(layer("Dense", { units: 2 })),
      denseShapes,
      /"it" \(Dense\) gives no input shape/,
    ],
    [
      "an input of too few axes",
      sequential(layer("Conv1D", { filters: 1, kernel_size: 1, ...input(3) })),
      {},
      /needs an input of 3 axes/,
    ],
    [
      "a reset-after GRU",
      sequential(layer("GRU", { units: 2, reset_after: true, ...input(4, 3) })),
      {},
      /"it" \(GRU\) was made with reset_after=True/,
    ],
    [
      "an unknown activation in a cell",
      sequential(
        layer("RNN", { cell: layer("LSTMCell", { units: 2, recurrent_activation: "hard_silu" }), ...input(4, 3) }),
      ),
      {},
      /hard_silu/,
    ],
    [
      "a stateful RNN of open batch",
      sequential(layer("GRU", { units: 2, stateful: true, ...input(4, 3) })),
      {},
      /stateful/,
    ],
    [
      "a causal convolution",
      sequential(layer("Conv1D", { filters: 1, kernel_size: 2, padding: "causal", ...input(4, 3) })),
      { "it/kernel": [2, 3, 1], "it/bias": [1] },
      /padding/,
    ],
    [
      "a grouped convolution",
      sequential(layer("Conv2D", { filters: 4, kernel_size: 1, groups: 2, ...input(4, 4, 4) })),
      { "it/kernel": [1, 1, 2, 4], "it/bias": [4] },
      /groups/,
    ],
    [
      "a strided and dilated convolution",
      sequential(layer("Conv2D", { filters: 1, kernel_size: 2, strides: 2, dilation_rate: 2, ...input(8, 8, 1) })),
      { "it/kernel": [2, 2, 1, 1], "it/bias": [1] },
      /strides and a dilation/,
    ],
    [
      "a separable convolution with the initialiser of a plain one",
      sequential(
        layer("SeparableConv2D", { filters: 1, kernel_size: 2, kernel_initializer: "zeros", ...input(8, 8, 1) }),
      ),
      {},
      /"kernel_initializer"/,
    ],
    [
      "a separable convolution with channels first and a bias",
      sequential(
        layer("SeparableConv2D", { filters: 3, kernel_size: 2, data_format: "channels_first", ...input(2, 8, 8) }),
      ),
      { "it/depthwise_kernel": [2, 2, 2, 1], "it/pointwise_kernel": [1, 1, 2, 3], "it/bias": [3] },
      /channels first/,
    ],
    [
      "a resizing layer",
      sequential(layer("Resizing", { height: 2, width: 2, ...input(8, 8, 1) })),
      {},
      /\(Resizing\) is of a class/,
    ],
    [
      "bicubic upsampling",
      sequential(layer("UpSampling2D", { size: [2, 2], interpolation: "bicubic", ...input(4, 4, 1) })),
      {},
      /interpolation/,
    ],
    ["an ELU of another slope", sequential(layer("ELU", { alpha: 0.5, ...input(3) })), {}, /alpha/],
    ["flattening open lengths", sequential(layer("Flatten", input(null, 3))), {}, /flattens/],
    [
      "weights named by number",
      sequential(layer("Dense", { units: 2, ...input(3) })),
      { "layers/it/vars/0": [3, 2], "layers/it/vars/1": [2] },
      /named by number/,
    ],
  ];

  for (const [what, topology, shapes, sentence] of unsupported) {
    it(what, () => refuses(layersModelOf(topology, shapes), "unsupported-model", sentence));
  }

  const merge = (...shapes: (number | null)[][]) => ({
    class_name: "Model",
    config: {
      name: "m",
      layers: [
        ...shapes.map((shape, i) => ({
          ...layer("InputLayer", { ...input(...shape), name: `in${i}` }),
          name: `in${i}`,
          inbound_nodes: [],
        })),
        { ...layer("Add"), name: "it", inbound_nodes: [shapes.map((_, i) => [`in${i}`, 0, 0, {}])] },
      ],
      input_layers: shapes.map((_, i) => [`in${i}`, 0, 0]),
      output_layers: [["it", 0, 0]],
    },
  });

  it("inputs that cannot be added", () =>
    refuses(layersModelOf(merge([4], [3]), {}), "unsupported-model", /"it" \(Add\) gets inputs whose lengths 4 and 3/));

  const bad: [what: string, topology: JsonObject, shapes: Shapes, sentence: RegExp][] = [
    ["a weight too many", dense(), { ...denseShapes, "other/kernel": [1] }, /"other\/kernel" belongs to no layer/],
    ["a weight missing", dense(), { "it/kernel": [3, 2] }, /Layer "it" needs the weight "it\/bias"/],
    [
      "a weight of another shape",
      dense(),
      { ...denseShapes, "it/kernel": [4, 2] },
      /to be of shape \[3, 2\], and "it\/kernel" is \[4, 2\]/,
    ],
    ["no layers", sequential(), {}, /"s" has no layers/],
    ["a layer that is none", { class_name: "Sequential", config: [{ kind: "Dense" }] }, {}, /layer 0 of "sequential"/],
    [
      "inputs named without their node",
      { ...merge([4], [4]), config: { ...merge([4], [4]).config, input_layers: ["in0", 0, 0] } },
      {},
      /input_layers of "m"/,
    ],
    [
      "a call of a layer that is not there",
      { ...merge([4], [4]), config: { ...merge([4], [4]).config, output_layers: [["gone", 0, 0]] } },
      {},
      /layer "gone", which it does not have/,
    ],
  ];

  it("an output that its layer does not have", () => {
    const topology = { ...merge([4], [4]), config: { ...merge([4], [4]).config, output_layers: [["it", 0, 1]] } };
    return refuses(layersModelOf(topology, {}), "bad-model", /output 1 of layer "it"/);
  });

  for (const [what, topology, shapes, sentence] of bad) {
    it(what, () => refuses(layersModelOf(topology, shapes), "bad-model", sentence));
  }

  it("two nested models with a layer of one name: the weights share a name", () => {
    const twin = (name: string, more: JsonObject) => ({
      class_name: "Sequential",
      config: { name, layers: [layer("Dense", { units: 2, ...more })] },
    });
    const topology = sequential(twin("a", input(2)), twin("b", input(2)));
    return refuses(
      layersModelOf(topology, { "it/kernel": [2, 2], "it/bias": [2] }),
      "unsupported-model",
      /"a\/it" and "b\/it"/,
    );
  });

  it("a topology of another class", () =>
    refuses(layersModelOf({ class_name: "MyNet", config: {} }, {}), "unsupported-model", /class "MyNet"/));

  it("no topology", () =>
    assert.throws(
      () => networkOf(modelOf("layers-model", {}, {})),
      (error) => SecateurError.is(error, "bad-model"),
    ));

  it("Keras 3 exports, with what to do", async function () {
    const folder = corpus(this, "keras3");
    for (const name of readdirSync(folder).filter((each) => !each.endsWith(".md"))) {
      const model = await readModel(join(folder, name, "model.json"));
      await refuses(model, "unsupported-model", /^Layer ".+" is written as Keras 3 exports it.+TF_USE_LEGACY_KERAS=1/);
    }
  });
});
