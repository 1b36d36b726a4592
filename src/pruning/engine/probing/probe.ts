import * as tf from "@tensorflow/tfjs-core";
import type { layers } from "@tensorflow/tfjs-layers";
import type { SecateurError } from "../../errors.ts";
import type { LoadedModel, Output } from "../engine.ts";
import { findScoringHead, type ScoringHead } from "../scoringHead.ts";
import { readBack, toTensor } from "../tensors.ts";
import type { InputBatch, Place, PlaceActivity, Probe } from "./contract.ts";
import { lossGradients } from "./gradients.ts";
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

  /** Runs a batch and reads back what `note` makes of each call of some layers, one list per name. */
  async function look<T>(
    batch: InputBatch,
    names: readonly string[],
    note: (index: number, input: tf.Tensor, output: tf.Tensor) => tf.Tensor,
    read: (calls: readonly tf.Tensor[], index: number) => Promise<T>,
  ): Promise<T[]> {
    const noted = names.map((): tf.Tensor[] => []);
    const watches = new Map<layers.Layer, Watch[]>();
    for (const [index, name] of names.entries()) {
      const layer = known(model.layers.get(name), name);
      const watch: Watch = (input, output) => noted[index]?.push(tf.keep(note(index, input, output)));
      watches.set(layer, [...(watches.get(layer) ?? []), watch]);
    }
    try {
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

  return {
    activity: (batch, places) =>
      look(
        batch,
        places.map(({ layer }) => layer),
        (index, _, output) => activityAlong(output, places[index] as Place),
        meanActivity,
      ),
    inputs: (batch, names) =>
      look<Output[]>(
        batch,
        names,
        (_, input) => tf.clone(input),
        (calls, index) => Promise.all(calls.map((call) => readBack(call, names[index] as string))),
      ),
    async gradients(batch, labels, names) {
      const variables = new Map(names.map((name) => [name, known(model.variables.get(name), name)]));
      head ??= await findScoringHead(loaded, batch, classes);
      const input = inputOf(batch);
      try {
        const gradients = await lossGradients(model, head, input, labels, variables);
        verify();
        return gradients;
      } catch (error) {
        throw explainGradients(error);
      } finally {
        input.dispose();
      }
    },
    dispose: () => loaded.dispose(),
  };
}

/** @throws Error for a name that is not there: a fault of the caller */
function known<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`the model has nothing named ${name}`);
  return value;
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
