import { type JsonChange, withJson } from "../../model/edit.ts";
import type { Model, Weight } from "../../model/model.ts";
import type { Mask } from "../../model/zero.ts";
import type { ChannelAxes, Channels, Removal } from "./channels.ts";
import { elementsOf } from "./elements.ts";
import { recorded } from "./record.ts";
import { checkRemoval, countKept, keptShape, removedElements } from "./removal.ts";

/**
 * Takes channels out of a model: out of every weight along the axes that count them, in the bytes that are stored, and
 * out of the numbers in model.json. What was removed is recorded there. What an optimiser left in the file goes, for
 * its slots have the old shapes, and with it the configuration that would have TensorFlow.js ask for them; all else
 * stays byte for byte.
 * @param channels of this model
 * @returns the model itself where nothing is removed
 * @throws Error for a locked channel, or a width with nothing left; SecateurError `bad-model` for a damaged record
 */
export function shrink(model: Model, channels: Channels, removal: Removal): Model {
  checkRemoval(channels, removal);
  if (!removal.includes(1)) return model;
  const weights = new Map<string, Weight>();
  for (const weight of model.weights.values()) {
    if (weight.group === "optimizer") continue;
    const axes = channels.weights.get(weight.name);
    weights.set(weight.name, axes ? without(weight, axes, removal) : weight);
  }
  const groups = model.groups.map((group) => ({ ...group, names: group.names.filter((name) => weights.has(name)) }));
  const settings = channels.settings.map(
    ({ path, channels: counted }): JsonChange => ({ path, value: countKept(counted, removal) }),
  );
  const changes = [...settings, { path: ["trainingConfig"] }, recorded(model, channels, removal)];
  return { ...withJson(model, changes), weights, groups };
}

/** The same weight where it loses nothing. */
function without(weight: Weight, axes: ChannelAxes, removal: Removal): Weight {
  const removed = removedElements(weight, axes, removal);
  if (!removed.includes(1)) return weight;
  return { ...weight, shape: keptShape(weight, axes, removal), bytes: keptBytes(weight, removed) };
}

/** What is not masked, in its order. */
function keptBytes(weight: Weight, removed: Mask): Uint8Array {
  const before = elementsOf(weight);
  const after = before.slice();
  let kept = 0;
  for (let i = 0; i < before.length; i++) {
    // Without a branch, which would be guessed wrong as often as right: what is removed is written over.
    after[kept] = before[i] as number;
    kept += 1 - (removed[i] as number);
  }
  return new Uint8Array(after.slice(0, kept).buffer);
}
