import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { reasonOf, SecateurError } from "../errors.ts";
import { parseJson } from "./edit.ts";
import { cutGroup, type ManifestGroup, parseManifest } from "./manifest.ts";
import type { JsonObject, Model, ModelFormat, Weight, WeightGroup } from "./model.ts";
import { readShards } from "./shards.ts";

/**
 * Reads a model.json, whatever its name, and the weight files beside it. Nothing is decoded.
 * @param path of the JSON file
 * @throws SecateurError `bad-model`: not JSON, no TF.js model, a weight file missing, short or too long
 */
export async function readModel(path: string): Promise<Model> {
  const source = await readText(path);
  const json = parseModelJson(source, path);
  const folder = dirname(path);
  const manifest = parseManifest(json.weightsManifest, path);
  const read = await Promise.all(manifest.map((group) => readGroup(group, folder, path)));
  const weights = new Map<string, Weight>();
  for (const weight of read.flatMap((group) => group.weights)) {
    if (weights.has(weight.name)) {
      throw new SecateurError(
        "bad-model",
        `${path} lists the weight "${weight.name}" twice, which TensorFlow.js refuses to load; give its layers distinct names and save it again.`,
      );
    }
    weights.set(weight.name, weight);
  }
  return { format: formatOf(json), source, json, weights, groups: read.map((each) => each.group) };
}

/**
 * Parses the text of a model.json as far as knowing that it is one. Cheap: no weight file is touched.
 * @throws SecateurError `bad-model`
 */
export function parseModelJson(source: string, path: string): JsonObject {
  let json: unknown;
  try {
    json = parseJson(source);
  } catch (error) {
    throw new SecateurError(
      "bad-model",
      `${path} is not JSON (${reasonOf(error).replace(/\s+/g, " ")}); choose the model.json that TensorFlow.js wrote.`,
    );
  }
  const lacks = missingFromModel(json);
  if (lacks) {
    throw new SecateurError("bad-model", `${path} is JSON but no TensorFlow.js model: ${lacks}`);
  }
  return json as JsonObject;
}

/** What keeps a JSON value from being a model, as the end of a sentence; nothing if it is one. */
function missingFromModel(json: unknown): string | undefined {
  if (Array.isArray(json) && json.some((group) => isObject(group) && "weights" in group)) {
    return "it is a weights manifest without a topology. Choose the model.json that names the layers.";
  }
  if (!isObject(json)) return "it holds no object. Choose the model.json that TensorFlow.js wrote.";
  if (!isObject(json.modelTopology)) {
    return 'it has no "modelTopology". Choose the model.json that TensorFlow.js wrote.';
  }
  if (!Array.isArray(json.weightsManifest)) {
    return 'it has no "weightsManifest", so its weights cannot be found. Save or convert the model again.';
  }
  return undefined;
}

/** True for the text of a TF.js model, for sniffing files; never throws. */
export function isModelJson(source: string): boolean {
  try {
    return missingFromModel(parseJson(source)) === undefined;
  } catch {
    return false;
  }
}

/** Files before tfjs 1.0 name no format; then a GraphDef's nodes tell. */
function formatOf(json: JsonObject): ModelFormat {
  const topology = json.modelTopology as JsonObject;
  return Array.isArray(topology.node) ? "graph-model" : "layers-model";
}

async function readGroup(
  group: ManifestGroup,
  folder: string,
  modelPath: string,
): Promise<{ group: WeightGroup; weights: Weight[] }> {
  const { bytes, sizes } = await readShards(group.paths, folder, modelPath);
  const label = group.paths.length === 1 ? join(folder, group.paths[0] ?? "") : `The weights of ${modelPath}`;
  return {
    weights: cutGroup(group, bytes, label),
    group: { paths: group.paths, sizes, names: group.weights.map((entry) => entry.name) },
  };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new SecateurError(
      "bad-model",
      missing
        ? `${path} does not exist; give the path of a model.json.`
        : `${basename(path)} cannot be read: ${reasonOf(error)}. Give the path of a model.json.`,
    );
  }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
