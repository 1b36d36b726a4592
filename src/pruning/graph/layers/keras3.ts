import { SecateurError } from "../../errors.ts";
import type { JsonObject } from "../../model/model.ts";
import { isObject } from "../json.ts";

/**
 * Refuses a layer as Keras 3 writes it: an InputLayer with `batch_shape`, or calls as objects with `args`.
 * TensorFlow.js reads the form of Keras 2 only, and the converter passes that of Keras 3 through.
 * @param entry one of the layers of a topology
 * @throws SecateurError `unsupported-model`
 */
export function refuseKeras3(entry: JsonObject): void {
  const config = isObject(entry.config) ? entry.config : {};
  const openInput = entry.class_name === "InputLayer" && "batch_shape" in config && !("batch_input_shape" in config);
  const calls = Array.isArray(entry.inbound_nodes) && entry.inbound_nodes.some(isObject);
  if (!openInput && !calls) return;
  throw new SecateurError(
    "unsupported-model",
    `Layer "${String(entry.name ?? config.name)}" is written as Keras 3 exports it, which TensorFlow.js cannot load: convert the model again with TF_USE_LEGACY_KERAS=1 and tf_keras, or export a SavedModel and convert that to a graph model.`,
  );
}
