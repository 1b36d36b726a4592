import * as tf from "@tensorflow/tfjs-core";
import { SecateurError } from "../errors.ts";
import type { JsonObject, Model, Weight } from "../model/model.ts";
import { ablationOf } from "./ablation/ablation.ts";
import type { Ablation } from "./ablation/contract.ts";
import { planOf } from "./ablation/planOf.ts";
import type { Log, OpenBackend } from "./backend.ts";
import type { LoadedModel, Output } from "./engine.ts";
import { explainLoading, explainRunning, explainTraining, judging } from "./explain.ts";
import { loadGraphProgram } from "./graphProgram.ts";
import { measureLatency } from "./latency.ts";
import { loadLayers, loadLayersProgram, programOf } from "./layersProgram.ts";
import type { Probe } from "./probing/contract.ts";
import { openLayers } from "./probing/layersProbe.ts";
import { probeOf } from "./probing/probe.ts";
import type { Program } from "./program.ts";
import { undoOnFailure } from "./scope.ts";
import { readBack, tensorsOf, toTensor } from "./tensors.ts";
import type { Trainer, TrainerOptions } from "./training/contract.ts";
import { loadGraphTrainable } from "./training/graphTrainable.ts";
import { loadLayersTrainable } from "./training/layersTrainable.ts";
import { trainerOf } from "./training/trainer.ts";

/**
 * Hands a model to TensorFlow.js. It decodes quantized weights itself; optimiser weights and the training
 * configuration stay behind.
 * @throws SecateurError `unsupported-model` naming the layer, where one can be told
 */
export async function loadModel(model: Model, backend: OpenBackend, log: Log): Promise<LoadedModel> {
  const load = model.format === "graph-model" ? loadGraphProgram : loadLayersProgram;
  try {
    const program = await undoOnFailure(() => load(artifactsOf(model)));
    return onBackend(program, model, backend, log);
  } catch (error) {
    throw await explainLoading(error, model);
  }
}

/**
 * Hands a model to TensorFlow.js to be trained.
 * @throws SecateurError `unsupported-model`
 */
export async function loadTrainer(
  model: Model,
  options: TrainerOptions,
  backend: OpenBackend,
  log: Log,
): Promise<Trainer> {
  const load = model.format === "graph-model" ? loadGraphTrainable : loadLayersTrainable;
  try {
    const trainable = await undoOnFailure(() => load(artifactsOf(model), options.trainable));
    return trainerOf(trainable, onBackend(trainable.program, model, backend, log), options, {
      verify: () => backend.verify(),
      explain: (error) => explainTraining(error, model, () => trainable.culprit()),
    });
  } catch (error) {
    throw await explainLoading(error, model);
  }
}

/**
 * Hands a layers model to TensorFlow.js to be looked into.
 * @param classes how many the labels tell apart
 * @throws SecateurError `unsupported-model`, for graph models too
 */
export async function loadProbe(model: Model, classes: number, backend: OpenBackend, log: Log): Promise<Probe> {
  if (model.format === "graph-model") {
    throw new SecateurError(
      "unsupported-model",
      "A graph model's inner layers cannot be looked into; choose a criterion that needs weights alone, or start from the layers model it was made from.",
    );
  }
  try {
    const open = await undoOnFailure(() => openLayers(artifactsOf(model)));
    return probeOf(open, onBackend(open.program, model, backend, log), classes, {
      verify: () => backend.verify(),
      explain: (error) => explainRunning(error, model),
      explainGradients: (error) => explainTraining(error, model, () => open.culprit(), judging),
    });
  } catch (error) {
    throw await explainLoading(error, model);
  }
}

/**
 * Hands a layers model to TensorFlow.js for its channels to be tried.
 * @param head name of the output that scores the classes
 * @throws SecateurError `unsupported-model`, for graph models too
 */
export async function loadAblation(model: Model, head: string, backend: OpenBackend): Promise<Ablation> {
  if (model.format === "graph-model") {
    throw new SecateurError(
      "unsupported-model",
      "The channels of a graph model cannot be tried one by one; start from the layers model it was made from.",
    );
  }
  try {
    const loaded = await undoOnFailure(() => loadLayers(artifactsOf(model)));
    const { inputs, outputs, dispose } = programOf(loaded);
    const toFeed = (values: Float32Array, shape: readonly number[]) =>
      toTensor(values, shape, inputs[0]?.dtype ?? "float32");
    return ablationOf(
      planOf(model, loaded),
      outputs.findIndex(({ name }) => name === head),
      toFeed,
      {
        check: () => backend.verify(),
        dispose,
      },
    );
  } catch (error) {
    throw await explainLoading(error, model);
  }
}

/** What an IOHandler's `load` would give, all weights in one exact buffer: tfjs misreads views and odd shards. */
function artifactsOf(model: Model): tf.io.ModelArtifacts {
  const { modelTopology, weightsManifest, trainingConfig, ...rest } = structuredClone(model.json);
  const weights = [...model.weights.values()].filter((weight) => weight.group !== "optimizer");
  return {
    ...(rest as JsonObject & tf.io.ModelArtifacts),
    modelTopology: modelTopology as JsonObject,
    weightSpecs: weights.map(specOf),
    weightData: joined(weights.map((weight) => weight.bytes)),
  };
}

/** An entry of the weights manifest; tfjs takes a key for set even when its value is null. */
function specOf({ name, shape, dtype, quantization }: Weight): tf.io.WeightsManifestEntry {
  return { name, shape: [...shape], dtype, ...(quantization && { quantization: { ...quantization } }) };
}

function joined(parts: readonly Uint8Array[]): ArrayBuffer {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    whole.set(part, filled);
    filled += part.length;
  }
  return whole.buffer;
}

function onBackend(program: Program, model: Model, backend: OpenBackend, log: Log): LoadedModel {
  const names = program.outputs.map(({ name }) => name);

  async function run(feeds: tf.Tensor[], wanted: readonly string[]): Promise<Output[]> {
    const outputs: tf.Tensor[] = [];
    try {
      outputs.push(...(await program.run(feeds, wanted)));
      const read = await Promise.all(outputs.map((tensor, i) => readBack(tensor, wanted[i] as string)));
      backend.verify();
      return read;
    } catch (error) {
      throw explainRunning(error, model);
    } finally {
      tf.dispose([...feeds, ...outputs]);
    }
  }

  return {
    inputs: program.inputs,
    outputs: program.outputs,
    async predict(values, shape, wanted = names) {
      const [input, ...others] = program.inputs;
      if (!input || others.length > 0) {
        throw new SecateurError(
          "unsupported-model",
          `The model has ${program.inputs.length} inputs (${program.inputs.map(({ name }) => name).join(", ")}), but data can only be fed to models with one.`,
        );
      }
      const unknown = wanted.find((name) => !names.includes(name));
      if (unknown !== undefined) {
        throw new SecateurError(
          "unsupported-model",
          `The model has no output "${unknown}"; it has ${names.join(", ")}.`,
        );
      }
      return run([toTensor(values, shape, input.dtype)], wanted);
    },
    run: async (feeds) => run(tensorsOf(feeds, program.inputs), names),
    latency: (batchSize, repeats) =>
      measureLatency(program.inputs, batchSize, repeats, (feeds) => run(feeds, names), log),
    dispose: () => program.dispose(),
  };
}
