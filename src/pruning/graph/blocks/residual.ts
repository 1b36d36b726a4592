import type { Model } from "../../model/model.ts";
import type { KerasLayer, KerasModel, TensorRef } from "../layers/topology.ts";
import { parseTopology } from "../layers/topology.ts";
import type { Network } from "../network.ts";
import type { ResidualBlock, ResidualBlocks } from "./blocks.ts";
import { scalesOf } from "./scales.ts";

/**
 * Finds residual blocks: an Add of two tensors that are made from the same one, by layers of their own, or of which one
 * is that tensor itself. The branch is the side with more kernels; the other is its shortcut. Only the outermost model
 * is looked at.
 * @throws SecateurError as `networkOf`
 */
export function residualBlocks(model: Model, network: Network): ResidualBlocks {
  const keras = parseTopology(model.json.modelTopology);
  const adds = keras.layers.filter(({ className }) => className === "Add");
  const ancestry = ancestryOf(keras);
  const found = adds.map((add) => ({ name: add.name, found: blockAt(add, keras, ancestry, network) }));
  return {
    blocks: found.flatMap(({ found: each }) => (typeof each === "string" ? [] : [each])),
    left: found.flatMap(({ name, found: each }) => (typeof each === "string" ? [{ name, reason: each }] : [])),
  };
}

/** Names of all layers that a layer depends on, itself among them. */
type Ancestry = (layer: string) => ReadonlySet<string>;

function ancestryOf({ layers }: KerasModel): Ancestry {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const known = new Map<string, ReadonlySet<string>>();
  return (name) => {
    const before = known.get(name);
    if (before) return before;
    const found = new Set<string>();
    const open = [name];
    for (let each = open.pop(); each !== undefined; each = open.pop()) {
      if (found.has(each)) continue;
      found.add(each);
      for (const ref of byName.get(each)?.calls.flat() ?? []) open.push(ref.layer);
    }
    known.set(name, found);
    return found;
  };
}

/** @returns the block; or why it is none, as a sentence */
function blockAt(add: KerasLayer, keras: KerasModel, ancestry: Ancestry, network: Network): ResidualBlock | string {
  const [[a, b, ...more] = [], ...calls] = add.calls;
  if (!a || !b || more.length > 0 || calls.length > 0) return "It does not add two tensors, once.";
  if (keras.outputs.some(({ layer }) => layer === add.name)) return "The model answers with it.";
  const sides = ([a, b] as const).map((ref, i) => sideOf(ref, [a, b][1 - i] as TensorRef, keras, ancestry, network));
  const [first, second] = sides as [Side, Side];
  if (first.kernels === second.kernels) return "Neither of its inputs is more of a branch than the other.";
  const input = first.kernels > second.kernels ? 0 : 1;
  const [branch, shortcut] = input === 0 ? [first, second] : [second, first];
  const [source, ...others] = branch.sources;
  if (source === undefined || others.length > 0 || shortcut.sources.some((each) => each !== source)) {
    return "Its inputs are not made from one and the same tensor.";
  }
  const own = new Set(branch.layers.map(({ name }) => name));
  const elsewhere = keras.layers.find(
    (layer) => !own.has(layer.name) && layer !== add && layer.calls.flat().some((ref) => own.has(ref.layer)),
  );
  if (elsewhere) return `Layer "${elsewhere.name}" needs a part of its branch, too.`;
  if (keras.outputs.some(({ layer }) => own.has(layer))) return "The model answers with a part of its branch.";
  const scales = scalesOf(branch.end, branch.layers, network);
  if ("reason" in scales) return scales.reason;
  return { name: add.name, branch: branch.layers.map(({ name }) => name), input, scales: scales.weights };
}

/** One input of an Add, and what makes it that the other input does not need. */
interface Side {
  readonly end: TensorRef;
  readonly layers: readonly KerasLayer[];
  /** How many kernels these layers have. */
  readonly kernels: number;
  /** The tensors they are made from, as `layer:call:output`; the input itself where no layer stands between. */
  readonly sources: readonly string[];
}

function sideOf(end: TensorRef, other: TensorRef, keras: KerasModel, ancestry: Ancestry, network: Network): Side {
  const shared = ancestry(other.layer);
  const mine = ancestry(end.layer);
  const layers = keras.layers.filter(({ name }) => mine.has(name) && !shared.has(name));
  const names = new Set(layers.map(({ name }) => name));
  const refs = layers.length === 0 ? [end] : layers.flatMap(({ calls }) => calls.flat());
  const from = refs.filter(({ layer }) => !names.has(layer));
  const kernels = network.layers
    .filter(({ name }) => names.has(name.split("/")[0] as string))
    .flatMap(({ weights }) => weights.filter(({ role }) => role === "kernel")).length;
  return { end, layers, kernels, sources: [...new Set(from.map(keyOf))] };
}

const keyOf = ({ layer, call, output }: TensorRef): string => `${layer}:${call}:${output}`;
