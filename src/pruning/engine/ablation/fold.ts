import type { Call, Calls, TensorId } from "../../graph/calls.ts";
import type { Layer } from "../layersByPath.ts";
import { type Followers, givesSums, isLinear, isNorm } from "./linear.ts";
import { inputsOf } from "./plan.ts";

/** Calls of which some do what followed them too. */
export interface Folded {
  readonly calls: Calls;
  /** The layers that sum over channels, by name, and what is computed with them. */
  readonly linear: ReadonlyMap<string, Followers>;
}

/**
 * Joins convolutions and dense layers with the batch normalisation and the activation that follow them and nothing
 * else: together they are one operation.
 */
export function fold({ inputs, outputs, calls }: Calls, layers: ReadonlyMap<string, Layer>): Folded {
  const users = usersOf(calls);
  const isOnce = (call: Call) =>
    call.kind === "layer" && calls.filter((other) => other.kind === "layer" && other.layer === call.layer).length === 1;
  const gone = new Set<Call>();
  const linear = new Map<string, Followers>();

  /** The layer that alone takes a tensor, where it is of a kind and called nowhere else. */
  const follower = (tensor: TensorId, is: (layer: Layer) => boolean) => {
    const [call, ...others] = users.get(tensor) ?? [];
    if (call?.kind !== "layer" || others.length > 0 || outputs.includes(tensor) || !isOnce(call)) return undefined;
    const layer = layers.get(call.layer);
    return layer && is(layer) ? { call, layer, output: call.outputs[0] as TensorId } : undefined;
  };

  const joined = calls.map((call): Call => {
    const layer = call.kind === "layer" ? layers.get(call.layer) : undefined;
    if (call.kind !== "layer" || !layer || !isLinear(layer)) return call;
    if (!givesSums(layer) || !isOnce(call)) {
      linear.set(call.layer, {});
      return call;
    }
    const norm = follower(call.outputs[0] as TensorId, isNorm);
    const activation = follower(norm?.output ?? (call.outputs[0] as TensorId), isActivation);
    for (const each of [norm, activation]) if (each) gone.add(each.call);
    linear.set(call.layer, { norm: norm?.layer, activation: activation?.layer });
    const output = activation?.output ?? norm?.output;
    return output === undefined ? call : { ...call, outputs: [output] };
  });
  return { calls: { inputs, outputs, calls: joined.filter((_, i) => !gone.has(calls[i] as Call)) }, linear };
}

function usersOf(calls: readonly Call[]): ReadonlyMap<TensorId, readonly Call[]> {
  const users = new Map<TensorId, Call[]>();
  for (const call of calls) for (const id of inputsOf(call)) users.set(id, [...(users.get(id) ?? []), call]);
  return users;
}

/** An activation as a layer, without settings of its own. */
function isActivation(layer: Layer): boolean {
  const className = layer.getClassName();
  return (
    className === "Activation" || (className === "ReLU" && (layer as { maxValue?: number | null }).maxValue == null)
  );
}
