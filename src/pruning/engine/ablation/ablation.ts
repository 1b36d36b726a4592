import * as tf from "@tensorflow/tfjs-core";
import type { Call, TensorId } from "../../graph/calls.ts";
import type { ChannelIds } from "../../graph/channels/channels.ts";
import type { Layer } from "../layersByPath.ts";
import type { Ablation, Held } from "./contract.ts";
import { linearOf } from "./linear.ts";
import { batchesOf, callsAgain, inputsOf, type Reading, readersByChannel, type Try, tensorsToKeep } from "./plan.ts";
import type { AblationPlan } from "./planOf.ts";
import { withoutReading } from "./readers.ts";
import { joined, masked, partOf, repeated } from "./rows.ts";
import { makeCall, makeCalls, type Tensors } from "./runner.ts";
import { type Sums, summingOf } from "./sums.ts";

/** Examples that go through layers together, over all channels that are tried at once. */
const mostRows = 512;

/** Bytes that what is known of so many examples would take: theirs will, about. */
const room = 128 * 1024 * 1024;

/** Sums of linear readers on tensors that are known. */
type KnownSums = Map<Call, Sums>;

/** What is known of a batch. */
interface Batch {
  readonly known: Tensors;
  readonly sums: KnownSums;
  readonly examples: number;
}

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

  /** What the model answers to some tries, all of channels that the same layers read; nothing where none reads them. */
  function answer(tries: readonly Try[], batch: Batch): tf.Tensor | undefined {
    const readers = readersOf.get(tries[0]?.channel as number) ?? new Set();
    const changed: Tensors = new Map();
    makeCalls(callsAgain(calls, readers), changed, new Set([output]), (call) =>
      call.kind === "layer" && readers.has(call.layer)
        ? callReader(call, call.layer, tries, batch, changed)
        : make(call, inputsAgain(call, tries, batch, changed)),
    );
    return changed.get(output);
  }

  function callReader(call: Call, path: string, tries: readonly Try[], batch: Batch, changed: Tensors): tf.Tensor[] {
    const own = readings.get(path) ?? [];
    const sum = linear.get(path);
    const [first] = inputsOf(call) as readonly [TensorId];
    if (sum && !changed.has(first)) return [(batch.sums.get(call) as Sums).without(tries, batch.examples)];
    const inputs = inputsAgain(call, tries, batch, changed);
    if (sum) return make(call, [masked(inputs[0] as tf.Tensor, read(own), tries)]);
    const each = tries.map(({ channel }, i) =>
      withoutReading(layerOf(path), own, channel, () =>
        make(
          call,
          inputs.map((tensor) => partOf(tensor, tries, i)),
        ),
      ),
    );
    return (each[0] ?? []).map((_, i) => joined(each.map((made) => made[i] as tf.Tensor)));
  }

  function heldOf(scores: Float32Array, batch: Batch): Held {
    const { known, sums, examples } = batch;
    const classes = scores.length / examples;
    const all = [...Array(examples).keys()];
    const countBytes = () => {
      const activations = [...known.values()].reduce((sum, { size }) => sum + 4 * size, 0);
      return [...sums.values()].reduce((sum, { bytes }) => sum + bytes, activations);
    };
    return {
      scores,
      get bytes() {
        return countBytes();
      },
      async without(channels, rows) {
        const answers = channels.map((): Float32Array => new Float32Array());
        const tries = channels.map((channel, place) => ({ channel, place, rows: rows?.[place] ?? all }));
        const rowsAtOnce = Math.min(mostRows, Math.floor((room * examples) / countBytes()));
        for (const together of batchesOf(tries, readersOf, rowsAtOnce)) {
          const answered = answer(together, batch);
          const values = (await answered?.data()) as Float32Array | undefined;
          answered?.dispose();
          let at = 0;
          for (const { place, rows: own } of together) {
            answers[place] = values?.slice(at, at + own.length * classes) ?? pick(scores, own, classes);
            at += own.length * classes;
          }
        }
        check();
        return answers;
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
      return heldOf(scores, { known: made, sums, examples: shape[0] as number });
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

/** What a call takes when several channels are tried: where nothing has changed, the rows that each is tried on. */
const inputsAgain = (call: Call, tries: readonly Try[], { known, examples }: Batch, changed: Tensors): tf.Tensor[] =>
  inputsOf(call).map((id) => changed.get(id) ?? repeated(known.get(id) as tf.Tensor, tries, examples));

/** Some rows of scores. */
function pick(scores: Float32Array, rows: readonly number[], classes: number): Float32Array {
  const picked = new Float32Array(rows.length * classes);
  for (const [i, row] of rows.entries()) picked.set(scores.subarray(row * classes, (row + 1) * classes), i * classes);
  return picked;
}
