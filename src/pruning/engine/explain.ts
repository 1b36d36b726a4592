import { reasonOf, SecateurError } from "../errors.ts";
import { isObject } from "../graph/json.ts";
import type { JsonValue, Model } from "../model/model.ts";
import { findCulprit } from "./culprit.ts";

/** Turns what TensorFlow.js threw while loading a model into a sentence that names the layer, where one can be told. */
export async function explainLoading(error: unknown, model: Model): Promise<SecateurError> {
  if (SecateurError.is(error)) return error;
  const culprit = model.format === "layers-model" ? await findCulprit(error, model) : undefined;
  if (culprit) {
    const { name, type, reason } = culprit;
    const sentence = `TensorFlow.js cannot load the layer "${name}" (${type}): ${firstSentence(reason)}; change that layer in the original model and convert it again.`;
    return unsupported(sentence, error);
  }
  const reason = lacksVersions(model) ? 'its graph has no "versions"' : firstSentence(reasonOf(error));
  return unsupported(`TensorFlow.js cannot load the model: ${reason}; convert it again.`, error);
}

/** The same for what a forward pass threw. */
export function explainRunning(error: unknown, model: Model): SecateurError {
  if (SecateurError.is(error)) return error;
  if (error instanceof WebAssembly.RuntimeError) {
    const sentence = `The WASM backend broke down (${firstSentence(reasonOf(error))}); try again with the cpu or tensorflow backend.`;
    return new SecateurError("backend", sentence, detailsOf(error), { cause: error });
  }
  if (isOutOfMemory(error)) {
    const sentence = `The backend is out of memory (${firstSentence(reasonOf(error))}); use a smaller batch or model.`;
    return new SecateurError("backend", sentence, detailsOf(error), { cause: error });
  }
  const where = nodeOfUnknownOp(error, model);
  return unsupported(`TensorFlow.js cannot run the model${where}: ${firstSentence(reasonOf(error))}.`, error);
}

/** What gradients were wanted for, as sentences say it. */
export interface GradientUse {
  readonly fails: string;
  readonly remedy: string;
}

const training: GradientUse = { fails: "The model cannot be trained", remedy: "prune it without fine-tuning" };

/** Gradients that tell which channels matter. */
export const judging: GradientUse = {
  fails: "The model's gradients cannot be computed",
  remedy: "choose a criterion that needs none",
};

/**
 * The same for what computing gradients threw.
 * @param culprit finds the layer of a layers model whose gradient cannot be computed
 */
export function explainTraining(
  error: unknown,
  model: Model,
  culprit: () => string | undefined,
  { fails, remedy }: GradientUse = training,
): SecateurError {
  const running = explainRunning(error, model);
  if (running === error || running.code === "backend") return running;
  const reason = reasonOf(error);
  const [, node, op] = /node '(.+?)', which has the dynamic op '(.+?)'/.exec(reason) ?? [];
  const why = node
    ? `its graph has control flow (node "${node}", op ${op}), which TensorFlow.js cannot differentiate`
    : `TensorFlow.js cannot differentiate ${culprit() ?? nodeWithoutGradient(reason, model) ?? "it"} (${firstSentence(reason)})`;
  const sentence = `${fails}: ${why}; ${remedy}.`;
  return new SecateurError("training", sentence, detailsOf(error), { cause: error });
}

/** As TensorFlow says it; JavaScript throws a RangeError for arrays that it has no room for. */
function isOutOfMemory(error: unknown): boolean {
  if (error instanceof RangeError) return /allocation|array length/i.test(error.message);
  return /\bOOM\b|out of memory|bad_alloc|ResourceExhausted/i.test(reasonOf(error));
}

/** Up to the first full stop or line's end, without it; TensorFlow.js goes on with advice for programmers. */
function firstSentence(text: string): string {
  const [line = ""] = text.trim().split("\n", 1);
  return (line.split(/[.:]? (?=File an issue|This may be)/, 1)[0] ?? line).replace(/[.:]$/, "");
}

/** TensorFlow.js dereferences them, though the format leaves them optional. */
function lacksVersions({ format, json }: Model): boolean {
  return format === "graph-model" && isObject(json.modelTopology) && !isObject(json.modelTopology.versions);
}

/** ` at node "x"` when an op is unknown to TensorFlow.js, which itself names the op only. */
function nodeOfUnknownOp(error: unknown, model: Model): string {
  const node = nodeOf(/^Unknown op '(.+?)'/.exec(reasonOf(error))?.[1], model);
  return node ? ` at ${node}` : "";
}

/** `node "x"` when an op has no gradient, which TensorFlow.js names by its kernel only. */
function nodeWithoutGradient(reason: string, model: Model): string | undefined {
  return nodeOf(/gradient function not found for (\w+)/.exec(reason)?.[1], model);
}

/** `node "x"` for the first one of an op. */
function nodeOf(op: string | undefined, model: Model): string | undefined {
  const topology = model.json.modelTopology;
  const nodes: JsonValue = isObject(topology) ? (topology.node ?? []) : [];
  const node = Array.isArray(nodes) ? nodes.filter(isObject).find((each) => each.op === op) : undefined;
  return node && `node "${node.name}"`;
}

function unsupported(sentence: string, error: unknown): SecateurError {
  return new SecateurError("unsupported-model", sentence, detailsOf(error), { cause: error });
}

function detailsOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
