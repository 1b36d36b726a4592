import * as v from "valibot";
import type { JsonObject } from "../../model/model.ts";
import type { ChannelAxes, ChannelAxis, ChannelIds } from "../channels/channels.ts";
import type { AxisSymbols, Symbols } from "../channels/symbols.ts";
import type { Tracer } from "../channels/tracer.ts";
import { isObject, issueClause } from "../json.ts";
import type { Length } from "../lengths.ts";
import type { Shape, WeightRole } from "../network.ts";

/** A weight that TensorFlow.js creates when it builds a layer. */
export interface Slot {
  /** Its name below the layer's name: `kernel`, or `forward_lstm/kernel`. */
  readonly path: string;
  readonly shape: Shape;
  readonly role: WeightRole;
  /** As in `LayerWeight`; kernels only. */
  readonly filterAxes?: readonly number[];
  readonly gates?: number;
  /** Kernels only: how many times one example multiplies each element. Null where a length is unknown. */
  readonly uses?: Length;
}

/** A layer whose settings are read: what comes out of it, and what it holds. */
export interface LayerBehaviour {
  /** One shape per output tensor. Batch first, as the inputs. @throws LayerProblem */
  readonly outputs: (inputs: readonly Shape[]) => readonly Shape[];
  /** In the order TensorFlow.js creates them. @throws LayerProblem */
  readonly slots?: (inputs: readonly Shape[]) => readonly Slot[];
  /** Why the weights of a layer without a kernel cannot be pruned. */
  readonly unprunable?: string;
  /** What becomes of channels. Left out where nobody can tell: then all that enter are locked. */
  readonly trace?: (inputs: readonly Symbols[], tracer: Tracer, shapes: readonly Shape[]) => Traced;
}

/** What a layer does with channels. */
export interface Traced {
  /** Set where TensorFlow.js refuses to call the layer again on another shape than the first. */
  readonly sameShape?: true;
  /** One per output tensor. */
  readonly outputs: readonly Symbols[];
  /** One per slot. */
  readonly weights?: readonly ChannelAxes[];
  /** Which of its settings count channels; paths from its config. */
  readonly counts?: readonly {
    readonly path: readonly (string | number)[];
    readonly channels: NonNullable<AxisSymbols>;
  }[];
}

/** An axis of a weight that makes, reads or follows channels; null where there are none. */
export const makes = (channels: ChannelIds): ChannelAxis => ({ channels, use: "makes" });
export const reads = (channels: ChannelIds | null): ChannelAxis | null => channels && { channels, use: "reads" };
export const follows = (channels: ChannelIds | null): ChannelAxis | null => channels && { channels, use: "follows" };

/** As many axes that count no channels. */
export const none = (count: number): null[] => Array<null>(count).fill(null);

/** The behaviour of a layer inside another, as in a wrapper. */
export type Resolve = (className: string, config: JsonObject) => LayerBehaviour;

/** Reads the config of one Keras class. @throws LayerProblem */
export type LayerRule = (config: JsonObject, resolve: Resolve) => LayerBehaviour;

/** Rules by Keras class name. */
export type LayerRules = Readonly<Record<string, LayerRule>>;

/**
 * Why TensorFlow.js cannot run a layer, as a phrase that follows the layer's name ("needs …"), and what to do.
 * Whoever knows the name makes it a sentence.
 */
export class LayerProblem extends Error {
  override readonly name = "LayerProblem";

  constructor(
    problem: string,
    readonly remedy = "change it in the original model and convert that again",
  ) {
    super(problem);
  }
}

/** A rule from the settings it reads and what follows from them. Settings it does not name are left alone. */
export function rule<S extends v.GenericSchema>(
  settings: S,
  behave: (settings: v.InferOutput<S>, resolve: Resolve) => LayerBehaviour,
): LayerRule {
  return (config, resolve) => {
    const parsed = v.safeParse(settings, config);
    if (parsed.success) return behave(parsed.output, resolve);
    throw new LayerProblem(`has a setting that TensorFlow.js does not accept: ${issueClause(parsed.issues[0])}`);
  };
}

/** The only input of a layer, of one of the ranks it can take. */
export function onlyInput(inputs: readonly Shape[], ...ranks: readonly number[]): Shape {
  const [input] = inputs;
  if (!input || (ranks.length > 0 && !ranks.includes(input.length))) {
    const wanted = ranks.length > 0 ? `an input of ${ranks.join(" or ")} axes` : "an input";
    throw new LayerProblem(`needs ${wanted} and gets ${input ? `[${input.map((n) => n ?? "?").join(", ")}]` : "none"}`);
  }
  return input;
}

/** An axis whose length a weight takes; TensorFlow.js must know it when it loads the model. */
export function knownLength(length: Length | undefined, axis: string): number {
  if (typeof length === "number") return length;
  throw new LayerProblem(`needs the length of its input's ${axis}, which the model leaves open`);
}

/** A whole number of 1 or more. */
export const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const whole = v.pipe(v.number(), v.integer());

/** One number for all axes, or one per axis. */
export function perAxis(axes: number) {
  return v.pipe(
    v.union([count, v.pipe(v.array(count), v.length(axes))]),
    v.transform((value) => (typeof value === "number" ? Array<number>(axes).fill(value) : value)),
  );
}

/** One number for both axes, one per axis, or a pair (before, after) per axis. */
export const beforeAndAfter = v.pipe(
  v.union([whole, v.tuple([whole, whole]), v.tuple([v.tuple([whole, whole]), v.tuple([whole, whole])])]),
  v.transform((value) => {
    const [rows, columns] = typeof value === "number" ? [value, value] : value;
    const pair = (ends: number | [number, number]) => (typeof ends === "number" ? ([ends, ends] as const) : ends);
    return [pair(rows), pair(columns)] as const;
  }),
);

/** True or false. */
export const flag = (absent: boolean) => v.nullish(v.boolean(), absent);

/** How a window treats the ends of an axis; tfjs cannot run `causal`. */
export const windowPadding = v.nullish(v.picklist(["valid", "same"]), "valid");

/** Where the channels stand. */
export const dataFormat = v.nullish(v.picklist(["channels_last", "channels_first"]), "channels_last");

/** A layer's name as the config gives it. */
export const layerName = v.nullish(v.string(), "");

/** A serialised Keras object: a layer in a wrapper, a cell in an RNN. */
export const kerasObject = v.object({
  class_name: v.string(),
  config: v.custom<JsonObject>(isObject),
});
