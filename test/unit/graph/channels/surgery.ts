import assert from "node:assert/strict";
import type { Channels, Removal } from "../../../../src/pruning/graph/channels/channels.ts";
import { channelsOf } from "../../../../src/pruning/graph/channels/channelsOf.ts";
import { expand } from "../../../../src/pruning/graph/channels/expand.ts";
import { mask } from "../../../../src/pruning/graph/channels/mask.ts";
import { countKept } from "../../../../src/pruning/graph/channels/removal.ts";
import { shrink } from "../../../../src/pruning/graph/channels/shrink.ts";
import { networkOf } from "../../../../src/pruning/graph/networkOf.ts";
import { countWeights } from "../../../../src/pruning/metrics/counts.ts";
import type { Model, Weight } from "../../../../src/pruning/model/model.ts";
import { decodeFloats } from "../../../../src/pruning/model/values.ts";
import { type layers, tf } from "../tfjs.ts";
import { type Random, randomInputs } from "./randomized.ts";
import { answersOf, macsRun, stock } from "./stock.ts";

// What must hold of every removal from every model, with stock TensorFlow.js to say what a model computes.

/** How far two sums may lie apart that add the same numbers in different order, against the largest of them. */
const tolerance = 1e-5;

export interface SurgeryOptions {
  /** Draws the inputs. */
  readonly random: Random;
  /** Which channels go. */
  readonly choose: (channels: Channels) => Removal;
  /** How the small model is loaded: from memory, or once it is written. */
  readonly load?: (small: Model) => Promise<layers.LayersModel>;
}

/** What was removed, and whether anything the model says has changed by it. */
export interface SurgeryResult {
  readonly removed: number;
  readonly changed: boolean;
}

/** Removes channels from a model, and holds the results against each other. */
export async function checkSurgery(
  model: Model,
  { random, choose, load = stock }: SurgeryOptions,
): Promise<SurgeryResult> {
  const channels = channelsOf(model);
  assert.deepEqual(channelsOf(model), channels, "the same channels twice");
  const removal = choose(channels);
  const small = shrink(model, channels, removal);
  assert.deepEqual(shrink(model, channels, removal), small, "the same model twice");
  const masked = mask(model, channels, removal);
  const large = small === model ? model : expand(small, model, channels);
  checkReturn(model, small, large, channels, removal);
  checkSameGroups(channels, removal, channelsOf(small));

  const inputs = randomInputs(networkOf(model), random);
  const answersTo = (each: Model) => withLoaded(stock(each), async (loaded) => answersOf(loaded, inputs));
  try {
    const [before, whole, again] = [await answersTo(model), await answersTo(masked), await answersTo(large)];
    await withLoaded(load(small), async (loaded) => {
      const answers = answersOf(loaded, inputs);
      assertClose(answers, whole, "the small model and the masked one");
      assertClose(answers, again, "the small model and the expanded one");
      await checkCounts(small, loaded, inputs);
    });
    const smaller = shrunkFurther(small, choose);
    if (smaller !== small) {
      const expanded = await answersTo(expand(smaller, model, channels));
      assertClose(await answersTo(smaller), expanded, "the model shrunk twice and that expanded at once");
    }
    return {
      removed: removal.filter((each) => each === 1).length,
      changed: difference(before, whole) > 100 * tolerance,
    };
  } finally {
    tf.dispose(inputs);
  }
}

function shrunkFurther(small: Model, choose: (channels: Channels) => Removal): Model {
  const channels = channelsOf(small);
  return shrink(small, channels, choose(channels));
}

async function withLoaded<T>(loading: Promise<layers.LayersModel>, use: (model: layers.LayersModel) => Promise<T>) {
  const loaded = await loading;
  try {
    return await use(loaded);
  } finally {
    loaded.dispose();
  }
}

/** Shrinking, expanding and shrinking again comes to the same, byte for byte, or number for number. */
function checkReturn(model: Model, small: Model, large: Model, channels: Channels, removal: Removal): void {
  assert.equal(large.source, model.source, "the expanded model has the original's model.json");
  const again = shrink(large, channels, removal);
  assert.equal(again.source, small.source, "shrunk again, the same model.json");
  assert.deepEqual([...again.weights.keys()], [...small.weights.keys()], "shrunk again, the same weights");
  for (const weight of small.weights.values()) {
    const other = again.weights.get(weight.name) as Weight;
    assert.deepEqual(other.shape, weight.shape, weight.name);
    // Codes that cannot say zero are plain numbers in the expanded model.
    if (other.quantization?.dtype === weight.quantization?.dtype)
      assert.deepEqual(other.bytes, weight.bytes, weight.name);
    else assert.deepEqual(decodeFloats(other), decodeFloats(weight), weight.name);
  }
}

/**
 * The channels that are left are those of the small model, by the same names; but one that is left alone may be taken
 * for one that is stretched over others, and be part of their group.
 */
function checkSameGroups({ groups }: Channels, removal: Removal, after: Channels): void {
  const kept = groups.map(({ name, channels }) => [name, countKept(channels, removal)] as const);
  const found = new Map(after.groups.map((group) => [group.name, group]));
  for (const [name, count] of kept) assert.equal(found.get(name)?.channels.length ?? 1, count, name);
}

/** Parameters and multiply-adds that are reported, against those of the tensors. */
async function checkCounts(small: Model, loaded: layers.LayersModel, inputs: tf.Tensor[]): Promise<void> {
  const network = networkOf(small);
  const { parameters, macs } = countWeights(small, network);
  assert.equal(parameters, loaded.countParams(), "parameters");
  // A dot product of two tensors multiplies without weights, which is not counted.
  if (macs === null || network.layers.some(({ type }) => type === "Dot")) return;
  // tfjs runs a layer of several outputs once for each.
  if (loaded.layers.some(({ inboundNodes }) => inboundNodes.some(({ outputTensors }) => outputTensors.length > 1)))
    return;
  const batch = inputs[0]?.shape[0] as number;
  assert.equal(batch * macs, await macsRun(loaded, inputs), "multiply-adds");
}

function assertClose(some: readonly Float32Array[], others: readonly Float32Array[], what: string): void {
  const apart = difference(some, others);
  assert.ok(apart <= tolerance, `${what} differ by ${apart}`);
}

/** The largest difference between two lists of tensors, as a share of the largest value of each tensor. */
function difference(some: readonly Float32Array[], others: readonly Float32Array[]): number {
  assert.deepEqual(
    some.map(({ length }) => length),
    others.map(({ length }) => length),
    "shapes",
  );
  const shares = some.map((values, i) => {
    const other = others[i] as Float32Array;
    const most = (numbers: Float32Array) => numbers.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    return most(values.map((value, at) => value - (other[at] as number))) / (most(values) || 1);
  });
  assert.ok(shares.every(Number.isFinite), "numbers");
  return Math.max(...shares);
}
