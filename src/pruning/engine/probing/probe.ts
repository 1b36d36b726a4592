import * as tf from "@tensorflow/tfjs-core";
import type { layers } from "@tensorflow/tfjs-layers";
import type { SecateurError } from "../../errors.ts";
import type { LoadedModel, Output } from "../engine.ts";
import { gradientsOf } from "../scope.ts";
import { readBack, toTensor } from "../tensors.ts";
import { findScoringHead, type ScoringHead } from "../training/head.ts";
import { logitsOf, lossOf } from "../training/loss.ts";
import { withSettings } from "../training/settings.ts";
import { writeVariables } from "../training/variables.ts";
import type { InputBatch, Place, PlaceActivity, Probe } from "./contract.ts";
import type { OpenModel } from "./layersProbe.ts";
import { type Watch, watching } from "./watch.ts";

/** What a probe asks of the backend that it runs on. */
export interface ProbeSupport {
  /** Throws when the backend has failed without saying so. */
  verify(): void;
  /** What a forward pass threw, in a sentence. */
  explain(error: unknown): SecateurError;
  /** What computing gradients threw, in a sentence. */
  explainGradients(error: unknown): SecateurError;
}

/**
 * Makes a probe of a model on the backend.
 * @param loaded the same model, for forward passes
 * @param classes how many the labels tell apart
 */
export function probeOf(
  model: OpenModel,
  loaded: LoadedModel,
  classes: number,
  { verify, explain, explainGradients }: ProbeSupport,
): Probe {
  let head: ScoringHead | undefined;

  const inputOf = ({ values, shape }: InputBatch) => toTensor(values, shape, loaded.inputs[0]?.dtype ?? "float32");

  /** Runs a batch; what is noted on the way must be kept, and is read back and disposed of. */
  async function look<T>(
    batch: InputBatch,
    names: readonly string[],
    note: (index: number, kept: tf.Tensor[], ...tensors: Parameters<Watch>) => void,
    read: (tensors: readonly tf.Tensor[], index: number) => Promise<T>,
  ): Promise<T[]> {
    const noted = names.map((): tf.Tensor[] => []);
    const watches = new Map<layers.Layer, Watch[]>();
    try {
      for (const [index, name] of names.entries()) {
        const layer = layerNamed(name);
        const watch: Watch = (input, output) => note(index, noted[index] as tf.Tensor[], input, output);
        watches.set(layer, [...(watches.get(layer) ?? []), watch]);
      }
      tf.tidy(() => void watching(watches, () => model.forward(inputOf(batch))));
      const made = await Promise.all(noted.map(read));
      verify();
      return made;
    } catch (error) {
      throw explain(error);
    } finally {
      tf.dispose(noted);
    }
  }

  function layerNamed(name: string): layers.Layer {
    const layer = model.layers.get(name);
    if (!layer) throw new Error(`no layer named ${name}`);
    return layer;
  }

  return {
    loaded,
    activity: (batch, places) =>
      look(
        batch,
        places.map(({ layer }) => layer),
        (index, kept, _, output) => kept.push(tf.keep(activityAlong(output, places[index] as Place))),
        meanActivity,
      ),
    inputs: (batch, names) =>
      look<Output[]>(
        batch,
        names,
        (_, kept, input) => kept.push(tf.keep(tf.clone(input))),
        (tensors, index) => Promise.all(tensors.map((tensor) => readBack(tensor, names[index] as string))),
      ),
    async gradients(batch, labels, names) {
      const variables = new Map(
        names.map((name) => {
          const variable = model.variables.get(name);
          if (!variable) throw new Error(`no weight named ${name}`);
          return [name, variable];
        }),
      );
      const used: tf.TensorContainer[] = [];
      try {
        head ??= await findScoringHead(loaded, batch, classes);
        const { name, givesProbabilities, classes: scored } = head;
        const output = model.program.outputs.findIndex((each) => each.name === name);
        const input = inputOf(batch);
        const targets = tf.tidy(() => tf.oneHot(tf.tensor1d(Array.from(labels), "int32"), scored, 1, 0, "float32"));
        used.push(input, targets);
        // Frozen weights have gradients too.
        const { value, grads } = withSettings([...variables.values()], { trainable: true }, () =>
          gradientsOf(() => {
            const scores = tf.reshape(model.forward(input)[output] as tf.Tensor, [labels.length, -1]);
            return lossOf(logitsOf(scores, givesProbabilities), { labels: targets }, 1, 0);
          }, [...variables.values()]),
        );
        used.push(value, grads);
        const read = await Promise.all(
          [...variables].flatMap(([each, variable]) => {
            const gradient = grads[variable.name];
            return gradient ? [gradient.data().then((data) => [each, data as Float32Array] as const)] : [];
          }),
        );
        verify();
        return new Map(read);
      } catch (error) {
        throw explainGradients(error);
      } finally {
        tf.dispose(used);
      }
    },
    assign: (values) => writeVariables(model.variables, values),
    dispose: () => loaded.dispose(),
  };
}

/** `[2, n]`: mean magnitude, and share of zeros, of each index along an axis. */
function activityAlong(output: tf.Tensor, { axis }: Place): tf.Tensor {
  const along = axis < 0 ? output.rank + axis : axis;
  const others = output.shape.map((_, i) => i).filter((i) => i !== along);
  const zeros = tf.cast(tf.equal(output, 0), "float32");
  return tf.stack([tf.mean(tf.abs(output), others), tf.mean(zeros, others)]);
}

/** Calls are of one length each, and count the same. */
async function meanActivity(calls: readonly tf.Tensor[]): Promise<PlaceActivity> {
  const each = await Promise.all(calls.map((call) => call.data()));
  const length = (calls[0]?.shape[1] ?? 0) as number;
  const mean = (row: number) =>
    Float32Array.from(
      { length },
      (_, i) => each.reduce((sum, values) => sum + (values[row * length + i] as number), 0) / each.length,
    );
  return { magnitude: mean(0), zeros: mean(1) };
}
