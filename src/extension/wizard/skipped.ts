import { patternOf } from "../../pruning/methods/layers.ts";
import { formatCount } from "../../pruning/text.ts";

// Layers that a person has left out of pruning, by the boxes of the Layers view.

/** As the field `skip` of a recipe has them; nothing where there are none. */
export function skipOf(layers: readonly string[]): string | undefined {
  return layers.length === 0 ? undefined : layers.map(patternOf).join(", ");
}

/** Layers named in a title, at most. */
const mostNames = 2;

/** A model's name with what is left out of it: `mnist-cnn without conv1, conv2 and 3 others`. */
export function nameWithout(name: string, layers: readonly string[]): string {
  if (layers.length === 0) return name;
  const more = layers.length - mostNames;
  const others = `${formatCount(more)} ${more === 1 ? "other" : "others"}`;
  return `${name} without ${layers.slice(0, mostNames).join(", ")}${more > 0 ? ` and ${others}` : ""}`;
}
