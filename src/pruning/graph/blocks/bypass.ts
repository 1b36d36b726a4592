import { withJson } from "../../model/edit.ts";
import type { JsonObject, JsonValue, Model } from "../../model/model.ts";
import { parseTopology } from "../layers/topology.ts";
import { networkOf } from "../networkOf.ts";
import type { ResidualBlock } from "./blocks.ts";

/**
 * Takes residual blocks out of a model: whoever read what a block's Add gave reads its shortcut instead, and the layers
 * of its branch go with their weights. What an optimiser left in the file goes too, as when channels are taken out.
 * @param blocks of this model
 * @returns the model itself where there are none
 */
export function bypass(model: Model, blocks: readonly ResidualBlock[]): Model {
  if (blocks.length === 0) return model;
  const keras = parseTopology(model.json.modelTopology);
  const path = keras.layers[0]?.at.slice(0, -2) ?? [];
  const entries = path.reduce<JsonValue>(
    (value, key) => (value as never)[key],
    model.json as JsonValue,
  ) as JsonObject[];
  const nameOf = (entry: JsonObject): string => String(entry.name ?? (entry.config as JsonObject).name);
  const gone = new Set(blocks.flatMap(({ name, branch }) => [name, ...branch]));
  const shortcuts = new Map(
    blocks.map(({ name, input }) => {
      const { inbound_nodes } = entries.find((entry) => nameOf(entry) === name) as JsonObject;
      return [name, (inbound_nodes as JsonValue[][][])[0]?.[1 - input] as JsonValue[]];
    }),
  );
  /** A reference to a tensor, to that of a shortcut where it was to a block's. */
  const led = (ref: JsonValue): JsonValue => {
    const shortcut = Array.isArray(ref) ? shortcuts.get(String(ref[0])) : undefined;
    // The fourth entry holds arguments of the call that the reference is for.
    return shortcut ? led([...shortcut.slice(0, 3), ...(ref as JsonValue[]).slice(3)]) : ref;
  };
  const layers = entries
    .filter((entry) => !gone.has(nameOf(entry)))
    .map((entry) => ({ ...entry, inbound_nodes: (entry.inbound_nodes as JsonValue[][]).map((node) => node.map(led)) }));
  const lost = new Set(
    networkOf(model)
      .layers.filter(({ name }) => gone.has(name.split("/")[0] as string))
      .flatMap(({ weights }) => weights.map(({ name }) => name)),
  );
  const weights = new Map([...model.weights].filter(([name, { group }]) => !lost.has(name) && group !== "optimizer"));
  const groups = model.groups.map((group) => ({ ...group, names: group.names.filter((name) => weights.has(name)) }));
  return { ...withJson(model, [{ path, value: layers }, { path: ["trainingConfig"] }]), weights, groups };
}
