import { SecateurError } from "../../errors.ts";
import type { Model } from "../../model/model.ts";
import { type Length, product, sum } from "../lengths.ts";
import type { Layer, LayerWeight, Network, Shape } from "../network.ts";
import { type Claim, settleClaims } from "./claims.ts";
import { type LayerCall, runOnShapes } from "./onShapes.ts";
import type { Slot } from "./rule.ts";
import { type KerasLayer, type KerasModel, parseTopology, type TensorRef } from "./topology.ts";
import { declaredShape } from "./walk.ts";

/** Why a layer's multiply-adds are not known. */
const openLengths = "A length of its input is only known when the model runs, so its multiply-adds cannot be counted.";

/**
 * The network of a layers model: layers in the order they run, nested models taken apart, a shared layer once.
 * @throws SecateurError as `parseTopology`, `walk` and `settleClaims` do
 */
export function layersNetwork(model: Model): Network {
  const keras = parseTopology(model.json.modelTopology);
  const { calls, outputs } = runOnShapes(keras);
  const weights = settled(calls, model);
  return {
    inputs: keras.inputs.map((ref) => inputOf(keras, ref)),
    outputs: keras.outputs.map((ref, i) => ({ name: ref.layer, shape: outputs[i] ?? null })),
    layers: [...calls.values()].map((each) => layerOf(each, weights)),
  };
}

/**
 * Which weight of the file is which weight of which layer.
 * @returns the weights by the name tfjs gives them (`weightName`)
 * @throws SecateurError as `settleClaims`
 */
export function settledWeights(keras: KerasModel, model: Model): ReadonlyMap<string, LayerWeight> {
  return settled(runOnShapes(keras).calls, model);
}

const settled = (calls: ReadonlyMap<KerasLayer, LayerCall[]>, model: Model) =>
  settleClaims([...calls.values()].flatMap(claimsOf), model);

function inputOf(model: KerasModel, ref: TensorRef) {
  const layer = model.layers.find((each) => each.name === ref.layer);
  if (layer?.className !== "InputLayer") {
    throw new SecateurError(
      "bad-model",
      `The model "${model.name}" takes layer "${ref.layer}" as input, which is no InputLayer; save or convert it again.`,
    );
  }
  const dtype = typeof layer.config.dtype === "string" ? layer.config.dtype : "float32";
  return { name: layer.name, shape: declaredShape(layer, layer.name), dtype };
}

/** tfjs names a weight after its layer alone, whatever models are around. */
export function weightName(layer: KerasLayer, slot: Slot): string {
  const { name } = layer.config;
  return `${typeof name === "string" ? name : layer.name}/${slot.path}`;
}

/** A layer claims its weights once, however often it is called. */
function claimsOf([first]: readonly LayerCall[]): Claim[] {
  if (!first) return [];
  return first.slots.map((slot) => ({ name: weightName(first.layer, slot), owner: first.path, slot }));
}

function layerOf(calls: readonly LayerCall[], settled: ReadonlyMap<string, LayerWeight>): Layer {
  const [first] = calls as readonly [LayerCall];
  const weights = first.slots.flatMap((slot) => settled.get(weightName(first.layer, slot)) ?? []);
  const macs = sum(calls.map(macsOf));
  const prunable = weights.some((weight) => weight.role === "kernel");
  const reason = macs === null ? openLengths : prunable || weights.length === 0 ? undefined : first.unprunable;
  return {
    name: first.path,
    type: first.layer.className,
    outputShape: firstShape(first),
    weights,
    macs,
    prunable,
    ...(reason !== undefined && { reason }),
  };
}

/** Of a layer with several outputs, such as an RNN that returns its state, the first. */
function firstShape(call: LayerCall): Shape | null {
  return call.outputs[0] ?? null;
}

function macsOf(call: LayerCall): Length {
  return sum(call.slots.map((slot) => (slot.uses === undefined ? 0 : product([slot.uses, ...slot.shape]))));
}
