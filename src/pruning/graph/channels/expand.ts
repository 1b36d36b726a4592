import { SecateurError } from "../../errors.ts";
import { unquantized } from "../../model/encode.ts";
import type { Model, Weight } from "../../model/model.ts";
import { canSayZero, type Mask } from "../../model/zero.ts";
import type { Layer, WeightRole } from "../network.ts";
import { networkOf } from "../networkOf.ts";
import type { ChannelAxes, Channels, Removal } from "./channels.ts";
import { elementsOf } from "./elements.ts";
import { masked } from "./mask.ts";
import { readRecord, removalBetween } from "./record.ts";
import { keptShape, problemOf, removedElements } from "./removal.ts";

/**
 * Puts a small model, whatever was done to its weights since it was shrunk, back into the architecture that it was
 * shrunk from: model.json and files are the original's, weights are the small model's where its channels are, and what
 * `mask` leaves of the original where they are not: zeros, and the original's running statistics.
 * @param channels of the original
 * @throws SecateurError `bad-model` where the small model was not made from this original
 */
export function expand(small: Model, original: Model, channels: Channels): Model {
  const removal = removalOf(small, original, channels);
  const weights = new Map(original.weights);
  for (const { from, to, role } of pairsOf(small, original)) {
    const axes = channels.weights.get(to.name) ?? to.shape.map(() => null);
    const shape = keptShape(to, axes, removal);
    if (`${shape}` !== `${from.shape}` || from.dtype !== to.dtype) {
      const [is, should] = [textOf(from.dtype, from.shape), textOf(to.dtype, shape)];
      throw strangers(`its weight "${from.name}" is ${is} and should be ${should}`);
    }
    weights.set(to.name, spread(from, to, role, axes, removal));
  }
  return { ...original, weights };
}

const textOf = (dtype: string, shape: readonly number[]): string => `${dtype} [${shape.join(", ")}]`;

/** Whether a model was shrunk since it was this original. */
export function isShrunk(small: Model, original: Model): boolean {
  return JSON.stringify(readRecord(small)) !== JSON.stringify(readRecord(original));
}

function removalOf(small: Model, original: Model, channels: Channels): Removal {
  const record = readRecord(small);
  if (Object.keys(record).length === 0) {
    throw new SecateurError(
      "bad-model",
      "The small model does not say which channels were taken out of it (userDefinedMetadata.secateur in its model.json), so it cannot be expanded; give one that Secateur has shrunk.",
    );
  }
  const removal = removalBetween(readRecord(original), record, channels);
  if (!removal) throw strangers("the channels it says were removed are not this model's");
  const problem = problemOf(channels, removal);
  if (problem) throw strangers(`of those it says were removed, ${problem}`);
  return removal;
}

/** A weight of both models. */
interface Pair {
  readonly from: Weight;
  readonly to: Weight;
  readonly role: WeightRole;
}

/** Pairs weights by the place they have in a layer, because tools that save a model name them anew. */
function pairsOf(small: Model, original: Model): Pair[] {
  const layers = new Map(networkOf(small).layers.map((layer) => [layer.name, layer]));
  const wanted = networkOf(original).layers;
  const unknown = [...layers.keys()].find((name) => !wanted.some((layer) => layer.name === name));
  if (unknown !== undefined) throw strangers(`its layer "${unknown}" is not in the other`);
  return wanted.flatMap((layer) => {
    const same = layers.get(layer.name);
    if (!same || same.type !== layer.type || same.weights.length !== layer.weights.length) {
      throw strangers(`layer "${layer.name}" is ${same ? "another one" : "missing"} in it`);
    }
    return pairsIn(layer, same, small, original);
  });
}

function pairsIn(layer: Layer, same: Layer, small: Model, original: Model): Pair[] {
  return layer.weights.map(({ name, role }, i) => ({
    from: small.weights.get(same.weights[i]?.name as string) as Weight,
    to: original.weights.get(name) as Weight,
    role,
  }));
}

const strangers = (why: string): SecateurError =>
  new SecateurError(
    "bad-model",
    `The small model was not made from this original: ${why}; give the model that it was shrunk from.`,
  );

/** A small weight in the original's shape, stored as it is. */
function spread(from: Weight, to: Weight, role: WeightRole, axes: ChannelAxes, removal: Removal): Weight {
  const removed = removedElements(to, axes, removal);
  if (!removed.includes(1)) return { ...from, name: to.name, shape: to.shape };
  const source = role === "kernel" && !canSayZero(from) ? unquantized(from) : from;
  const bytes = interleaved(source, isStoredAlike(source, to) ? to : undefined, removed);
  return masked({ ...source, name: to.name, shape: to.shape, bytes }, role, removed);
}

/**
 * The elements of `from` in their order where nothing is masked, and those of `otherwise` where something is. Without
 * these, an element that stayed stands in: its value is one that the model works with.
 */
function interleaved(from: Weight, otherwise: Weight | undefined, removed: Mask): Uint8Array {
  const kept = elementsOf(from);
  const others = otherwise && elementsOf(otherwise);
  const bytes = new Uint8Array(removed.length * kept.BYTES_PER_ELEMENT);
  const all = elementsOf({ ...from, shape: [removed.length], bytes });
  let next = 0;
  for (let i = 0; i < all.length; i++) {
    all[i] = (removed[i] ? (others?.[i] ?? kept[0]) : kept[next++]) as number;
  }
  return bytes;
}

/** Whether the same stored element means the same value in both. */
function isStoredAlike(a: Weight, b: Weight): boolean {
  return JSON.stringify(a.quantization ?? null) === JSON.stringify(b.quantization ?? null);
}
