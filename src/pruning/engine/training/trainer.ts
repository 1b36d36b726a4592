import * as tf from "@tensorflow/tfjs-core";
import { SecateurError } from "../../errors.ts";
import { areProbabilities } from "../../metrics/accuracy.ts";
import type { Mask } from "../../model/zero.ts";
import type { LoadedModel } from "../engine.ts";
import { gradientsOf } from "../scope.ts";
import { findScoringHead, type ScoringHead } from "../scoringHead.ts";
import { selectorOn } from "../structures/selector.ts";
import { toTensor } from "../tensors.ts";
import { agreementOf } from "./agreement.ts";
import type { StepOutcome, Targets, Trainer, TrainerOptions, TrainerState, TrainingBatch } from "./contract.ts";
import { logitsOf, lossOf } from "./loss.ts";
import { type Moved, optimizerOf } from "./optimizer.ts";
import type { Trainable } from "./trainable.ts";
import { readVariables, snapshotOf, writeVariables } from "./variables.ts";

/** What a trainer asks of the backend that it runs on. */
export interface TrainerSupport {
  /** Throws when the backend has failed without saying so. */
  verify(): void;
  /** What a step threw, in a sentence. */
  explain(error: unknown): SecateurError;
}

/**
 * Makes a trainer of a model on the backend.
 * @param loaded the same model, for forward passes
 */
export function trainerOf(
  trainable: Trainable,
  loaded: LoadedModel,
  options: TrainerOptions,
  { verify, explain }: TrainerSupport,
): Trainer {
  const { variables } = trainable;
  const moved = [...trainable.trained].map((name): Moved => {
    const variable = variables.get(name) as tf.Variable;
    const mask = options.masks.get(name);
    const kept = mask && tf.tensor(keptOf(mask), variable.shape);
    return { name, variable, decays: options.decayed.has(name), ...(kept && { mask: kept }) };
  });
  const optimizer = optimizerOf(options.optimizer, moved);
  const selector = options.selection && selectorOn(trainable, options.selection);
  const slots = new Map([...optimizer.slots, ...(selector?.slots ?? [])]);
  let steps = 0;
  let head: ScoringHead | undefined;

  async function step(batch: TrainingBatch, learningRate: number, seed: number): Promise<StepOutcome> {
    if (moved.length + (selector?.variables.length ?? 0) === 0) throw frozen();
    head ??= await findScoringHead(loaded, batch, options.classes);
    const { name, givesProbabilities } = head;
    // A forward pass in training moves the statistics of batch normalisation.
    const statistics = snapshotOf([...variables].filter(([each]) => !trainable.trained.has(each)));
    const used: tf.TensorContainer[] = [];
    const examples = batch.shape[0] as number;
    try {
      const input = inputOf(batch);
      used.push(input);
      const targets = tf.tidy(() => targetTensors(batch.targets, examples));
      used.push({ ...targets });
      const answers: tf.Tensor[] = [];
      used.push(answers);
      const { value, grads } = gradientsOf(() => {
        const scores = tf.keep(tf.reshape(trainable.forward(input, name, seed), [examples, -1]));
        answers.push(scores);
        const logits = logitsOf(scores, givesProbabilities);
        return lossOf(logits, targets, options.temperature, options.teacherShare);
      }, [...moved.map(({ variable }) => variable), ...(selector?.variables ?? [])]);
      used.push(value, grads);
      const [loss = Number.NaN] = (await value.data()) as Float32Array;
      const accuracy = await accuracyOf(answers, batch.targets, examples);
      verify();
      if (Number.isFinite(loss)) {
        selector?.step(grads, learningRate);
        optimizer.apply(grads, learningRate, ++steps);
      } else statistics.restore();
      return { loss, accuracy };
    } catch (error) {
      statistics.restore();
      throw explain(error);
    } finally {
      statistics.dispose();
      tf.dispose(used);
    }
  }

  const inputOf = ({ values, shape }: Pick<TrainingBatch, "values" | "shape">) =>
    toTensor(values, shape, loaded.inputs[0]?.dtype ?? "float32");

  return {
    loaded,
    step,
    async observe(batch, share) {
      try {
        tf.tidy(() => trainable.observe(inputOf(batch), share));
        verify();
      } catch (error) {
        throw explain(error);
      }
    },
    setMasks(masks) {
      for (const [name, mask] of masks) {
        const variable = variables.get(name);
        if (!variable) continue;
        const kept = tf.tensor(keptOf(mask), variable.shape);
        // A product with 0 would make −0 of what is below it, and files of zeros with signs compress badly.
        tf.tidy(() => variable.assign(tf.where(tf.cast(kept, "bool"), variable, tf.zerosLike(variable))));
        const own = moved.find((each) => each.name === name);
        tf.dispose(own ? (own.mask ?? []) : kept);
        if (!own) continue;
        own.mask = kept;
        optimizer.mask(own);
      }
    },
    weights: (names = variables.keys()) => readVariables(variables, names),
    async structures() {
      const values = selector?.values();
      try {
        return ((await values?.data()) as Float32Array | undefined)?.slice() ?? new Float32Array();
      } finally {
        values?.dispose();
      }
    },
    async save(): Promise<TrainerState> {
      return { step: steps, weights: await readVariables(variables), slots: await readVariables(slots) };
    },
    restore(state) {
      steps = state.step;
      writeVariables(variables, state.weights);
      writeVariables(slots, state.slots);
    },
    dispose() {
      optimizer.dispose();
      selector?.dispose();
      tf.dispose(moved.flatMap(({ mask }) => mask ?? []));
      loaded.dispose();
    },
  };
}

async function accuracyOf(answers: readonly tf.Tensor[], { labels, teacher }: Targets, examples: number) {
  const [scores] = await Promise.all(answers.map((answer) => answer.data()));
  return agreementOf(scores as Float32Array, labels ?? teacher ?? new Float32Array(), examples);
}

function targetTensors({ labels, teacher }: Targets, batch: number) {
  const classes = ((labels ?? teacher)?.length ?? 0) / batch;
  const givesProbabilities = teacher !== undefined && areProbabilities(teacher, classes);
  return {
    ...(labels && { labels: tf.tensor(labels, [batch, classes]) }),
    ...(teacher && { teacher: logitsOf(tf.tensor(teacher, [batch, classes]), givesProbabilities) }),
  };
}

const keptOf = (mask: Mask): Float32Array => Float32Array.from(mask, (held) => 1 - held);

function frozen(): SecateurError {
  return new SecateurError(
    "training",
    'The model cannot be trained: all of its layers are frozen; set "trainable" to true in its model.json, or prune it without fine-tuning.',
  );
}
