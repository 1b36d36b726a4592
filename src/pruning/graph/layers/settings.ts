import type { JsonObject, JsonValue } from "../../model/model.ts";
import { isObject } from "../json.ts";
import { LayerProblem } from "./rule.ts";

// Names that TensorFlow.js 4.22 finds in its registry, after it has made snake_case camelCase. Source:
// tfjs-layers/src/activations.ts, initializers.ts, regularizers.ts, constraints.ts; utils/generic_utils.ts.
// `gelu_new` is registered with its underscore, so no file can name it.

const activations = new Set([
  ..."elu selu relu relu6 linear sigmoid hardSigmoid softplus softsign tanh softmax".split(" "),
  ..."logSoftmax gelu mish swish".split(" "),
]);

const initializers =
  "constant glorotNormal glorotUniform heNormal heUniform identity leCunNormal leCunUniform ones orthogonal randomNormal randomUniform truncatedNormal varianceScaling zeros";

/** Classes that are known by their names, and by the short names that stand for them. */
function classesNamed(shortNames: string): ReadonlySet<string> {
  const short = shortNames.split(" ");
  return new Set([...short, ...short.map((name) => name.charAt(0).toUpperCase() + name.slice(1))]);
}

interface Kind {
  readonly key: RegExp;
  readonly word: string;
  readonly known: ReadonlySet<string>;
  readonly remedy: string;
}

const onlyTraining = "set it to null in model.json, as it only matters for training";
const kinds: readonly Kind[] = [
  {
    key: /(^|_)activation$/,
    word: "activation",
    known: activations,
    remedy: `use one of ${[...activations].join(", ")}, or export a SavedModel and convert that to a graph model`,
  },
  {
    key: /_initializer$/,
    word: "initialiser",
    known: classesNamed(initializers),
    remedy: 'set it to "zeros" in model.json, as the weights are there already',
  },
  { key: /_regularizer$/, word: "regulariser", known: new Set(["L1L2", "l1l2"]), remedy: onlyTraining },
  {
    key: /_constraint$/,
    word: "constraint",
    known: classesNamed("maxNorm minMaxNorm nonNeg unitNorm"),
    remedy: onlyTraining,
  },
];

/** Activations that compute one channel from all. */
const softmaxes = new Set(["softmax", "logSoftmax", "Softmax"]);

/** Activations that take every value by itself: the others, and of the layers that can be given as one, these. */
const pointwise = new Set([...activations, "ReLU", "LeakyReLU", "ThresholdedReLU", "ELU"]);

/**
 * What a layer's own activation, or that of a cell in it, does with all channels at once, as a phrase that follows the
 * layer's name; nothing where it takes each by itself.
 */
export function mixingOf(config: JsonObject): string | undefined {
  const mixings = Object.entries(config).map(([key, value]) => {
    if (key === "cell" || key === "cells") return [value].flat().map((cell) => mixingOf(inner(cell)));
    const name = camelCase((/(^|_)activation$/.test(key) && nameOf(value)) || "linear");
    if (softmaxes.has(name)) return "takes a softmax over these channels";
    return pointwise.has(name) ? undefined : "has an activation that may look at all channels at once";
  });
  return mixings.flat().find((mixing) => mixing !== undefined);
}

/** Layers that read `activity_regularizer`, which tfjs then refuses to compute. */
const regularizesActivity = /^(Dense|Embedding|Conv[123]D|Conv[23]DTranspose|DepthwiseConv2D|SeparableConv2D)$/;

/**
 * Refuses activations, initialisers, regularisers and constraints that TensorFlow.js does not know: it reads
 * all of them when it loads a model, though only the first matter for running it.
 * @param isLayerClass tells a layer, which Keras allows as activation
 * @throws LayerProblem
 */
export function checkSettings(className: string, config: JsonObject, isLayerClass: (name: string) => boolean): void {
  for (const [key, value] of Object.entries(config)) {
    if (key === "cell" || key === "cells") {
      for (const cell of [value].flat()) checkSettings("cell", inner(cell), isLayerClass);
      continue;
    }
    if (key === "activity_regularizer") {
      if (value !== null && regularizesActivity.test(className)) {
        throw new LayerProblem("has an activity regulariser, which TensorFlow.js cannot compute", onlyTraining);
      }
      continue;
    }
    if (key === "pointwise_initializer") continue; // tfjs reads the depthwise one in its place
    const kind = kinds.find((each) => each.key.test(key));
    if (!kind || value === null) continue;
    const name = nameOf(value);
    if (name === undefined) throw new LayerProblem(`has ${JSON.stringify(value)} for its ${key}`, kind.remedy);
    if (kind.known.has(camelCase(name)) || (kind.word === "activation" && isLayerClass(name))) continue;
    throw new LayerProblem(`has the ${kind.word} "${name}", which TensorFlow.js does not know`, kind.remedy);
  }
}

/** The config of a serialised cell; what is none is refused where the cell is read. */
function inner(cell: JsonValue): JsonObject {
  return isObject(cell) && isObject(cell.config) ? cell.config : {};
}

/** The name in a setting such as `"relu"` or `{"class_name": "L1L2", "config": …}`. */
function nameOf(value: JsonValue): string | undefined {
  if (typeof value === "string") return value;
  const isNamed = isObject(value) && typeof value.class_name === "string" && isObject(value.config);
  return isNamed ? String(value.class_name) : undefined;
}

/** As tfjs reads every string of a topology except names. */
function camelCase(text: string): string {
  return text.length < 2 ? text : text.replace(/_+(\w|$)/g, (_, letter: string) => letter.toUpperCase());
}
