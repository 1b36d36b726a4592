import * as tf from "@tensorflow/tfjs-core";
import type { Call, TensorId } from "../../graph/calls.ts";
import type { ChannelIds } from "../../graph/channels/channels.ts";
import type { Ablation, Held } from "./contract.ts";
import type { Layer } from "./layersByPath.ts";
import { linearOf } from "./linear.ts";
import { batchesOf, callsAgain, inputsOf, type Reading, readersByChannel, tensorsToKeep } from "./plan.ts";
import type { AblationPlan } from "./planOf.ts";
import { withoutReading } from "./readers.ts";
import { makeCall, makeCalls, type Tensors } from "./runner.ts";
import { type Sums, summingOf } from "./sums.ts";

/** Examples that go through layers together, over all channels that are tried at once: more would leave the cache. */
const rowsAtOnce = 128;

/** Sums of linear readers on tensors that are known. */
type KnownSums = Map<Call, Sums>;

/**
 * Tries channels of a loaded model, each alone. A channel is taken away where it is read, which says what its removal says:
 * convolutions and dense layers whose input is known have its share taken out of their sums; other layers are called
 * again, on its zeros; what does not depend on it is not computed at all.
 * @param head index of the output that scores the classes
 * @param toFeed makes the model's input of a batch
 * @param given `check` throws where the backend has failed without saying so; `dispose` unloads the model
 */
export function ablationOf(
  { calls, layers, readings, linear: followers }: AblationPlan,
  head: number,
  toFeed: (values: Float32Array, shape: readonly number[]) => tf.Tensor,
  { check, dispose }: { check(): void; dispose(): void },
): Ablation {
  const layerOf = (path: string) => layers.get(path) as Layer;
  const linear = new Map([...followers].map(([path, each]) => [path, linearOf(layerOf(path), each)]));
  const make = (call: Call, inputs: readonly tf.Tensor[]) => makeCall(call, inputs, layerOf, linear);
  const summings = new Map(
    [...linear].flatMap(([path, each]) => {
      const own = readings.get(path);
      return own ? [[path, summingOf(each, read(own))] as const] : [];
    }),
  );
  const readersOf = readersByChannel(readings);
  const kept = tensorsToKeep(calls, new Map([...readersOf.values()].map((set) => [[...set].join(), set])).values());
  const input = calls.inputs[0] as TensorId;
  const output = calls.outputs[head] as TensorId;

  /** What the model answers without each of some channels, all read by the same layers; nothing where none reads them. */
  function answer(channels: readonly number[], known: Tensors, sums: KnownSums): tf.Tensor | undefined {
    const readers = readersOf.get(channels[0] as number) ?? new Set();
    const changed: Tensors = new Map();
    makeCalls(callsAgain(calls, readers), changed, new Set([output]), (call) =>
      call.kind === "layer" && readers.has(call.layer)
        ? callReader(call, call.layer, channels, known, changed, sums)
        : make(call, inputsAgain(call, channels.length, known, changed)),
    );
    return changed.get(output);
  }

  function callReader(
    call: Call,
    path: string,
    channels: readonly number[],
    known: Tensors,
    changed: Tensors,
    sums: KnownSums,
  ): tf.Tensor[] {
    const own = readings.get(path) ?? [];
    const sum = linear.get(path);
    const [first] = inputsOf(call) as readonly [TensorId];
    if (sum && !changed.has(first)) return [(sums.get(call) as Sums).without(channels)];
    const inputs = inputsAgain(call, channels.length, known, changed);
    if (sum) return make(call, [masked(inputs[0] as tf.Tensor, read(own), channels)]);
    const each = channels.map((channel, i) =>
      withoutReading(layerOf(path), own, channel, () =>
        make(
          call,
          inputs.map((tensor) => partOf(tensor, i, channels.length)),
        ),
      ),
    );
    return (each[0] ?? []).map((_, i) => joined(each.map((made) => made[i] as tf.Tensor)));
  }

  function heldOf(scores: Float32Array, known: Tensors, sums: KnownSums, examples: number): Held {
    return {
      scores,
      get bytes() {
        const activations = [...known.values()].reduce((sum, { size }) => sum + 4 * size, 0);
        return [...sums.values()].reduce((sum, { bytes }) => sum + bytes, activations);
      },
      async without(channels) {
        const answers = new Map<number, Float32Array>();
        for (const batch of batchesOf(channels, readersOf, Math.max(1, Math.floor(rowsAtOnce / examples)))) {
          const answered = answer(batch, known, sums);
          const all = (await answered?.data()) as Float32Array | undefined;
          answered?.dispose();
          for (const [i, channel] of batch.entries()) {
            answers.set(channel, all?.slice(i * scores.length, (i + 1) * scores.length) ?? scores);
          }
        }
        check();
        return channels.map((channel) => answers.get(channel) as Float32Array);
      },
      dispose() {
        tf.dispose([...known.values()]);
        for (const each of sums.values()) each.dispose();
      },
    };
  }

  return {
    async hold(values, shape) {
      const made: Tensors = new Map([[input, toFeed(values, shape)]]);
      const sums: KnownSums = new Map();
      makeCalls(calls.calls, made, new Set([...kept, output]), (call) => {
        const inputs = tensorsOf(call, made);
        const isKnown = kept.has(inputsOf(call)[0] as TensorId);
        const summing = call.kind === "layer" && isKnown ? summings.get(call.layer) : undefined;
        if (!summing) return make(call, inputs);
        const own = summing.of(inputs[0] as tf.Tensor);
        sums.set(call, own);
        return [own.whole()];
      });
      const scored = made.get(output) as tf.Tensor;
      const scores = (await scored.data()) as Float32Array;
      if (!kept.has(output)) {
        scored.dispose();
        made.delete(output);
      }
      check();
      return heldOf(scores, made, sums, shape[0] as number);
    },
    dispose() {
      for (const each of [...summings.values(), ...linear.values()]) each.dispose();
      dispose();
    },
  };
}

/** What a layer that sums over channels reads along the last axis of its input. */
const read = ([reading]: readonly Reading[]): ChannelIds => (reading as Reading).channels;

const tensorsOf = (call: Call, from: Tensors): tf.Tensor[] => inputsOf(call).map((id) => from.get(id) as tf.Tensor);

/** What a call takes when it is made for several channels at once: what has not changed, as often as there are. */
const inputsAgain = (call: Call, times: number, known: Tensors, changed: Tensors): tf.Tensor[] =>
  inputsOf(call).map((id) => changed.get(id) ?? repeated(known.get(id) as tf.Tensor, times));

const joined = (parts: readonly tf.Tensor[]): tf.Tensor =>
  parts.length === 1 ? (parts[0] as tf.Tensor) : tf.concat([...parts], 0);

const repeated = (tensor: tf.Tensor, times: number): tf.Tensor =>
  times === 1 ? tensor : joined(Array<tf.Tensor>(times).fill(tensor));

/** The examples of one of the channels that are tried. */
function partOf(tensor: tf.Tensor, index: number, times: number): tf.Tensor {
  const size = (tensor.shape[0] as number) / times;
  return times === 1 ? tensor : tf.slice(tensor, [index * size], [size]);
}

/** An input, for each channel that is tried with that channel at zero along the last axis. */
function masked(x: tf.Tensor, axis: ChannelIds, channels: readonly number[]): tf.Tensor {
  const kept = Float32Array.from({ length: channels.length * axis.length }, (_, i) =>
    Number(axis[i % axis.length] !== channels[Math.floor(i / axis.length)]),
  );
  return tf.tidy(() => {
    const apart = tf.reshape(x, [channels.length, -1, axis.length]);
    return tf.reshape(tf.mul(apart, tf.tensor(kept, [channels.length, 1, axis.length])), x.shape);
  });
}
