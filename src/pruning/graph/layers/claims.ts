import { SecateurError } from "../../errors.ts";
import type { Model, Weight } from "../../model/model.ts";
import type { LayerWeight } from "../network.ts";
import type { Slot } from "./rule.ts";

// Which weight of the file is which weight of which layer, as tfjs finds it by name. Source:
// tfjs-layers/src/engine/container.ts (`loadWeights`, strict) and variables.ts, 4.22.0.

/** A weight some layer waits for: `name` is the name tfjs gives it. */
export interface Claim {
  readonly name: string;
  /** The layer, as the user knows it. */
  readonly owner: string;
  readonly slot: Slot;
}

/**
 * Gives every weight of the file but the optimiser's to the layer that claims it.
 * @returns the weights by the name under which they are claimed
 * @throws SecateurError `bad-model` for a weight too many, missing or of another shape; `unsupported-model`
 *   for names tfjs cannot tell apart
 */
export function settleClaims(claims: readonly Claim[], model: Model): ReadonlyMap<string, LayerWeight> {
  const open = new Map<string, Claim>();
  for (const claim of claims) {
    const other = open.get(claim.name);
    if (other) throw sameName(other, claim);
    open.set(claim.name, claim);
  }
  const present = [...model.weights.values()].filter((weight) => weight.group !== "optimizer");
  refuseNumberedNames(present);
  const settled = new Map<string, LayerWeight>();
  for (const weight of present) {
    const claim = open.get(weight.name) ?? open.get(withoutCell(weight.name));
    if (!claim) throw nobodyClaims(weight);
    checkShape(claim, weight);
    open.delete(claim.name);
    const { role, filterAxes, gates } = claim.slot;
    settled.set(claim.name, { name: weight.name, role, ...(filterAxes && { filterAxes }), ...(gates && { gates }) });
  }
  const [missing] = open.values();
  if (missing) {
    throw new SecateurError(
      "bad-model",
      `Layer "${missing.owner}" needs the weight "${missing.name}", which the weights manifest does not list; save or convert the model again.`,
    );
  }
  return settled;
}

/** Since TensorFlow 2.2 a cell's name stands before the weight's: `lstm/lstm_cell/kernel` for `lstm/kernel`. */
function withoutCell(name: string): string {
  const parts = name.split("/");
  return [...parts.slice(0, -2), ...parts.slice(-1)].join("/");
}

function sameName(a: Claim, b: Claim): SecateurError {
  return new SecateurError(
    "unsupported-model",
    `Layers "${a.owner}" and "${b.owner}" both name a weight "${a.name}", which TensorFlow.js refuses: give one of the layers another name and save the model again.`,
  );
}

/** Names that end in a number are how Keras 3 files count weights; tfjs then matches by place in a way of its own. */
function refuseNumberedNames(weights: readonly Weight[]): void {
  const last = weights[0]?.name.split("/").at(-1) ?? "";
  if (Number.isNaN(Number.parseInt(last, 10))) return;
  throw new SecateurError(
    "unsupported-model",
    `The weight "${weights[0]?.name}" is named by number, as Keras 3 exports name them, which TensorFlow.js cannot give to layers: convert the model again with TF_USE_LEGACY_KERAS=1 and tf_keras.`,
  );
}

function nobodyClaims(weight: Weight): SecateurError {
  return new SecateurError(
    "bad-model",
    `The weight "${weight.name}" belongs to no layer of the model, so TensorFlow.js refuses to load it; put the matching model.json and weights together, or save the model again.`,
  );
}

function checkShape({ name, owner, slot }: Claim, weight: Weight): void {
  const fits = slot.shape.length === weight.shape.length && slot.shape.every((n, i) => n === weight.shape[i]);
  if (fits) return;
  throw new SecateurError(
    "bad-model",
    `Layer "${owner}" needs its weight "${name}" to be of shape [${slot.shape.join(", ")}], and "${weight.name}" is [${weight.shape.join(", ")}]; put the matching model.json and weights together.`,
  );
}
