import * as v from "valibot";
import { SecateurError } from "../../errors.ts";
import type { JsonObject, JsonValue } from "../../model/model.ts";
import { isObject, issueClause } from "../json.ts";
import { refuseKeras3 } from "./keras3.ts";
import { modelClasses } from "./rules.ts";

// The topology of a layers model, Sequential or functional, as one form: layers that are called on tensors.
// Source: tfjs-layers/src/models.ts (`Sequential.fromConfig`) and engine/container.ts (`fromConfig`), 4.22.0.

/** An output of a call of a layer. */
export interface TensorRef {
  readonly layer: string;
  /** Counts the calls of the layer from 0. */
  readonly call: number;
  readonly output: number;
}

/** Where a value stands in model.json: keys and indices from the root. */
export type JsonPath = readonly (string | number)[];

/** A layer and the tensors it is called on. */
export interface KerasLayer {
  /** Unique in its model. */
  readonly name: string;
  readonly className: string;
  readonly config: JsonObject;
  /** Where its config stands, from the root of model.json; of an implied input, the config that implies it. */
  readonly at: JsonPath;
  /** What it is called on, call by call; one empty call for an input. */
  readonly calls: readonly (readonly TensorRef[])[];
  /** Set on a layer that is a model itself. */
  readonly model?: KerasModel;
  /** Set with `model` where a TimeDistributed calls the model on every time step. */
  readonly perStep?: boolean;
  /** Made up because a Sequential declares no input; not a layer to the user. */
  readonly implied?: boolean;
}

/** A model of any class, outermost or nested. */
export interface KerasModel {
  readonly name: string;
  readonly layers: readonly KerasLayer[];
  readonly inputs: readonly TensorRef[];
  readonly outputs: readonly TensorRef[];
}

const jsonObject = v.custom<JsonObject>(isObject, "no object");

const entrySchema = v.object({
  class_name: v.string(),
  name: v.nullish(v.string()),
  config: v.union([jsonObject, v.array(v.unknown())]),
  inbound_nodes: v.nullish(v.array(v.unknown()), []),
});
type Entry = v.InferOutput<typeof entrySchema>;

const refSchema = v.pipe(
  v.looseTuple([v.string(), v.number(), v.number()]),
  v.transform(([layer, call, output]): TensorRef => ({ layer, call, output })),
);
const refsSchema = v.array(refSchema);

/**
 * @param topology `modelTopology` of a model.json, as the converter or tfjs itself writes it
 * @throws SecateurError `bad-model` for what is no topology, `unsupported-model` for what tfjs cannot load
 */
export function parseTopology(topology: JsonValue | undefined): KerasModel {
  const wrapped = isObject(topology) && topology.model_config !== undefined && topology.model_config !== null;
  const root = wrapped ? topology.model_config : topology;
  const entry = parse(entrySchema, root, "modelTopology");
  if (!modelClasses.includes(entry.class_name)) {
    throw new SecateurError(
      "unsupported-model",
      `The model is of class "${entry.class_name}", and TensorFlow.js loads ${modelClasses.join(", ")}: export it as a SavedModel and convert it to a graph model.`,
    );
  }
  return parseModel(entry, ["modelTopology", ...(wrapped ? ["model_config"] : []), "config"]);
}

/** @param at where the model's config stands */
function parseModel(entry: Entry, at: JsonPath): KerasModel {
  return entry.class_name === "Sequential" ? parseSequential(entry, at) : parseFunctional(entry, at);
}

function parseSequential(entry: Entry, at: JsonPath): KerasModel {
  const isList = Array.isArray(entry.config);
  const config = Array.isArray(entry.config) ? { layers: entry.config } : entry.config;
  const configAt = (index: number) => [...at, ...(isList ? [] : ["layers"]), index, "config"];
  const name = nameOf(entry, "sequential");
  const entries = parseEntries(config.layers, name);
  const [first] = entries;
  if (!first) throw new SecateurError("bad-model", `The model "${name}" has no layers; save or convert it again.`);
  const declared = first.class_name === "InputLayer";
  const layers: KerasLayer[] = declared ? [] : [impliedInput(first, configAt(0))];
  for (const [i, each] of entries.entries()) {
    const before = layers.at(-1);
    const call = before && each.class_name !== "InputLayer" ? [ref(before.name)] : [];
    layers.push(parseLayer(each, [call], configAt(i)));
  }
  checkNames(layers, name);
  return {
    name,
    layers,
    inputs: layers.slice(0, 1).map((layer) => ref(layer.name)),
    outputs: layers.slice(-1).map((layer) => ref(layer.name)),
  };
}

function ref(layer: string): TensorRef {
  return { layer, call: 0, output: 0 };
}

/** The input a Sequential makes for its first layer, as `Sequential.add` does. */
function impliedInput(first: Entry, at: JsonPath): KerasLayer {
  const { dtype = null } = isObject(first.config) ? first.config : {};
  const base = { className: "InputLayer", calls: [[]], implied: true };
  if (modelClasses.includes(first.class_name)) {
    const model = parseModel(first, at);
    const input = model.layers.find((layer) => layer.name === model.inputs[0]?.layer);
    if (input) return { ...base, name: input.name, config: input.config, at: input.at };
  }
  const shape = isObject(first.config) ? givenShape(first.class_name, first.config) : undefined;
  const name = nameOf(first, first.class_name);
  if (!shape) {
    throw new SecateurError(
      "unsupported-model",
      `The first layer "${name}" (${first.class_name}) gives no input shape, without which TensorFlow.js cannot load a Sequential model: build the model on its input shape and save it again.`,
    );
  }
  return { ...base, name: `${name}_input`, config: { batch_input_shape: shape, dtype }, at };
}

/** The input shape a layer's config gives, batch first. */
export function givenShape(className: string, config: JsonObject): JsonValue[] | undefined {
  const { batch_input_shape, input_shape, input_dim, input_length, batch_size = null } = config;
  if (Array.isArray(batch_input_shape)) return batch_input_shape;
  if (Array.isArray(input_shape)) return [batch_size, ...input_shape];
  if (className === "Dense" && typeof input_dim === "number") return [batch_size, input_dim];
  if (className === "Embedding") return [batch_size, ...[input_length ?? null].flat()];
  return undefined;
}

function parseFunctional(entry: Entry, at: JsonPath): KerasModel {
  const name = nameOf(entry, "model");
  const config = isObject(entry.config) ? entry.config : {};
  const entries = parseEntries(config.layers, name);
  // tfjs counts a nested model's own construction as its call 0, so its callers name call 1 and up.
  const nested = new Set(
    entries.filter((each) => modelClasses.includes(each.class_name)).map((each) => nameOf(each, each.class_name)),
  );
  const recount = (refs: readonly TensorRef[]) =>
    refs.map((each) => (nested.has(each.layer) ? { ...each, call: each.call - 1 } : each));
  const layers = entries.map((each, i) => {
    const where = `inbound_nodes of layer "${nameOf(each, each.class_name)}"`;
    const calls = each.inbound_nodes.map((node) => recount(parse(refsSchema, node, where)));
    return parseLayer(each, each.class_name === "InputLayer" ? [[]] : calls, [...at, "layers", i, "config"]);
  });
  checkNames(layers, name);
  return {
    name,
    layers,
    inputs: recount(parse(refsSchema, config.input_layers, `input_layers of "${name}"`)),
    outputs: recount(parse(refsSchema, config.output_layers, `output_layers of "${name}"`)),
  };
}

function parseEntries(layers: JsonValue | undefined | unknown[], model: string): Entry[] {
  if (!Array.isArray(layers)) {
    throw new SecateurError("bad-model", `The model "${model}" lists no layers; save or convert it again.`);
  }
  for (const layer of layers) if (isObject(layer)) refuseKeras3(layer);
  return layers.map((layer, i) => parse(entrySchema, layer, `layer ${i} of "${model}"`));
}

function parseLayer(entry: Entry, calls: readonly (readonly TensorRef[])[], at: JsonPath): KerasLayer {
  const name = nameOf(entry, entry.class_name);
  const config = isObject(entry.config) ? entry.config : {};
  const layer = { name, className: entry.class_name, config, at, calls };
  if (modelClasses.includes(entry.class_name)) return { ...layer, model: parseModel(entry, at) };
  const inner = entry.class_name === "TimeDistributed" ? config.layer : undefined;
  if (!isObject(inner) || !modelClasses.includes(String(inner.class_name))) return layer;
  const model = parseModel(parse(entrySchema, inner, `layer "${name}"`), [...at, "layer", "config"]);
  return { ...layer, model, perStep: true };
}

function nameOf(entry: Entry, otherwise: string): string {
  if (entry.name) return entry.name;
  const named = isObject(entry.config) ? entry.config.name : undefined;
  return typeof named === "string" && named !== "" ? named : otherwise.toLowerCase();
}

const tensorName = /^[A-Za-z0-9][-A-Za-z0-9._/]*$/; // tfjs-layers/src/common.ts

function checkNames(layers: readonly KerasLayer[], model: string): void {
  const seen = new Set<string>();
  for (const { name, className, implied } of layers) {
    if (seen.has(name)) {
      throw new SecateurError(
        "unsupported-model",
        `The model "${model}" has two layers named "${name}", which TensorFlow.js refuses: give one of them another name.`,
      );
    }
    seen.add(name);
    if (implied || tensorName.test(name)) continue;
    throw new SecateurError(
      "unsupported-model",
      `Layer "${name}" (${className}) has a name TensorFlow.js cannot use: give it one of letters, digits, ".", "-", "_" and "/".`,
    );
  }
}

function parse<S extends v.GenericSchema>(schema: S, value: unknown, where: string): v.InferOutput<S> {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  throw new SecateurError(
    "bad-model",
    `The topology is not of the form TensorFlow.js reads at ${where}, where ${issueClause(parsed.issues[0])}; save or convert the model again.`,
  );
}
