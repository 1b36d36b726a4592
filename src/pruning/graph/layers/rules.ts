import type { JsonObject } from "../../model/model.ts";
import { lockAll } from "../channels/symbols.ts";
import { convolutionRules } from "./convolution.ts";
import { denseRules } from "./dense.ts";
import { mergeRules } from "./merge.ts";
import { normalizationRules } from "./normalization.ts";
import { poolingRules } from "./pooling.ts";
import { preprocessingRules } from "./preprocessing.ts";
import { cellNames, recurrentRules } from "./recurrent.ts";
import { reshapingRules } from "./reshaping.ts";
import { type LayerBehaviour, LayerProblem, type LayerRules } from "./rule.ts";
import { checkSettings, mixingOf } from "./settings.ts";
import { unchangedRules } from "./unchanged.ts";
import { wrapperRules } from "./wrappers.ts";

/**
 * One rule per layer class that @tensorflow/tfjs-layers 4.22.0 registers, models and InputLayer apart. Its
 * npm entry leaves out the classes of its nlp folder (EinsumDense, MultiHeadAttention …): no file can use them.
 */
export const layerRules: LayerRules = {
  ...convolutionRules,
  ...denseRules,
  ...mergeRules,
  ...normalizationRules,
  ...poolingRules,
  ...preprocessingRules,
  ...recurrentRules,
  ...reshapingRules,
  ...unchangedRules,
  ...wrapperRules,
};

/** Classes of layers that are models of layers. */
export const modelClasses: readonly string[] = ["Sequential", "Functional", "Model"];

const isLayerClass = (className: string) => Object.hasOwn(layerRules, className);

/**
 * Reads a layer of any class.
 * @throws LayerProblem for a class or a setting TensorFlow.js cannot load
 */
export function behaviourOf(className: string, config: JsonObject): LayerBehaviour {
  if (cellNames.includes(className)) throw new LayerProblem("is a cell by itself", "put it into a layer of class RNN");
  const rule = isLayerClass(className) ? layerRules[className] : undefined;
  if (!rule) {
    throw new LayerProblem(
      "is of a class that TensorFlow.js does not know",
      "replace it, or export a SavedModel and convert that to a graph model",
    );
  }
  checkSettings(className, config, isLayerClass);
  const behaviour = rule(config, behaviourOf);
  const mixing = mixingOf(config);
  return mixing === undefined ? behaviour : lockingAll(behaviour, mixing);
}

/** A layer whose channels depend on each other: none of those it makes or gives out may go. */
function lockingAll(behaviour: LayerBehaviour, doing: string): LayerBehaviour {
  const { trace } = behaviour;
  if (!trace) return behaviour;
  return {
    ...behaviour,
    trace(inputs, tracer, shapes) {
      const traced = trace(inputs, tracer, shapes);
      const made = (traced.weights ?? []).flat().flatMap((axis) => (axis?.use === "makes" ? [axis.channels] : []));
      for (const channels of made) tracer.lock(channels, `Layer "${tracer.layer}" ${doing}.`);
      lockAll(traced.outputs, tracer, doing);
      return traced;
    },
  };
}
