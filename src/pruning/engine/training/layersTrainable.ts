import * as tf from "@tensorflow/tfjs-core";
import { type LayersModel, LayerVariable, type layers } from "@tensorflow/tfjs-layers";
import { loadLayers, programOf } from "../layersProgram.ts";
import { prepareLayer } from "./layers.ts";
import { withSettings } from "./settings.ts";
import type { Trainable } from "./trainable.ts";
import { findUndifferentiable } from "./undifferentiable.ts";
import { withRandom } from "./withRandom.ts";

type Layer = layers.Layer;
type LayerWeight = Layer["weights"][number];

/** Batch normalisation as tfjs-layers has it (normalization.js, 4.22.0). */
type BatchNormalization = Layer & Partial<Record<"movingMean" | "movingVariance", LayerWeight>>;

/** Loads a layers model for training. Throws what TensorFlow.js throws. */
export async function loadLayersTrainable(artifacts: tf.io.ModelArtifacts): Promise<Trainable> {
  const model = await loadLayers(artifacts);
  const { dispose, ...program } = programOf(model);
  const names = program.outputs.map(({ name }) => name);
  const weights = weightsNamed(
    model,
    (artifacts.weightSpecs ?? []).map(({ name }) => name),
  );
  const variables = variablesIn(weights);
  const viewed = new Set<LayerWeight>();
  const moving = new Set(model.trainableWeights.map((weight) => weight.read().id));
  const all = flattened(model);
  const normalizing = all.filter((layer): layer is BatchNormalization => "movingVariance" in layer);
  for (const layer of all) prepareLayer(layer);
  const applied = (input: tf.Tensor) => [model.apply(input, { training: true })].flat() as tf.Tensor[];
  return {
    program: {
      ...program,
      dispose() {
        for (const layer of all) forgetMasks(layer);
        for (const weight of viewed) Reflect.deleteProperty(weight, "read");
        dispose();
      },
    },
    variables,
    trained: new Set([...variables].filter(([, { id }]) => moving.has(id)).map(([name]) => name)),
    // A layer with a seed would draw the same numbers at every call.
    forward: (input, output, seed) =>
      withSettings(all, { seed: undefined }, () =>
        withRandom(seed, () => applied(input)[names.indexOf(output)] as tf.Tensor),
      ),
    view(name, make) {
      const weight = weights.get(name);
      const variable = variables.get(name);
      if (!weight || !variable) throw new Error(`the model has no weight ${name}`);
      weight.read = () => make(variable);
      viewed.add(weight);
    },
    observe(input, share) {
      // An old value of another size would leave its rounding errors behind.
      if (share === 1) for (const layer of normalizing) forget(layer);
      // What drops or adds noise would change the statistics; what normalises moves them by its own momentum.
      const still = { rate: 0, stddev: 0, dropout: 0, recurrentDropout: 0, momentum: 1 - share };
      withSettings(all, still, () => tf.tidy(() => void applied(input)));
    },
    culprit: () => withSettings([...viewed], { read: LayerVariable.prototype.read }, () => findUndifferentiable(all)),
  };
}

function forget({ movingMean, movingVariance }: BatchNormalization): void {
  for (const weight of [movingMean, movingVariance]) tf.tidy(() => void weight?.write(tf.zerosLike(weight.read())));
}

/** Recurrent cells keep what they dropped until they are called again. */
function forgetMasks(cell: Layer & { dropoutMask?: tf.TensorContainer; recurrentDropoutMask?: tf.TensorContainer }) {
  tf.dispose([cell.dropoutMask ?? [], cell.recurrentDropoutMask ?? []]);
}

/** Each weight of the file with its variable. */
export const variablesOf = (model: LayersModel, names: readonly string[]): Map<string, tf.Variable> =>
  variablesIn(weightsNamed(model, names));

const variablesIn = (weights: ReadonlyMap<string, LayerWeight | undefined>): Map<string, tf.Variable> =>
  new Map([...weights].map(([name, weight]) => [name, weight?.read() as tf.Variable]));

/** Each weight of the file as its layer has it, matched by name as `loadWeights` does (container.js, 4.22.0). */
function weightsNamed(model: LayersModel, names: readonly string[]): Map<string, LayerWeight | undefined> {
  const byName = new Map(model.weights.map((weight: LayerWeight) => [weight.originalName, weight]));
  return new Map(
    names.map((name) => {
      const tokens = name.split("/");
      const short = [...tokens.slice(0, -2), tokens.at(-1)].join("/");
      return [name, byName.get(name) ?? byName.get(short)] as const;
    }),
  );
}

/** What a layer may hold other layers in: nested models, wrappers and recurrent layers. */
type Holder = Layer &
  Partial<Record<"layer" | "forwardLayer" | "backwardLayer" | "cell", Layer>> & {
    readonly layers?: readonly Layer[];
    readonly cells?: readonly Layer[];
  };

/** All layers, each once, those inside others too. */
export function flattened(layer: Layer): Layer[] {
  const { layers = [], cells = [], ...one } = layer as Holder;
  const inside = [...layers, ...cells, one.layer, one.forwardLayer, one.backwardLayer, one.cell];
  return [...new Set([layer, ...inside.filter((each) => each !== undefined).flatMap(flattened)])];
}
