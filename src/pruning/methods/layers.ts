import picomatch from "picomatch";
import { SecateurError } from "../errors.ts";
import type { Layer, Network } from "../graph/network.ts";

/** Which layers a method may touch: comma-separated names or patterns. */
export interface LayerChoice {
  readonly layers?: string | undefined;
  readonly skip?: string | undefined;
}

/**
 * The prunable layers of a choice, in network order.
 * @throws SecateurError `bad-recipe` when a pattern fits no layer or nothing prunable is left: what it asks for
 *   cannot be meant
 */
export function chooseLayers(network: Network, { layers, skip }: LayerChoice): Layer[] {
  if (!network.layers.some(({ prunable }) => prunable)) {
    throw new SecateurError(
      "bad-recipe",
      "The model has no layer with weights that can be pruned: no convolution, dense, embedding or recurrent layer.",
    );
  }
  const wanted = layers?.trim() ? matcher(layers, "layers", network) : () => true;
  const unwanted = skip?.trim() ? matcher(skip, "skip", network) : () => false;
  const chosen = network.layers.filter(({ name, prunable }) => prunable && wanted(name) && !unwanted(name));
  if (chosen.length === 0) {
    throw new SecateurError(
      "bad-recipe",
      `No prunable layer is left to prune with ${describe({ layers, skip })}; choose others.`,
    );
  }
  return chosen;
}

/** A pattern that fits the layer of that name and no other, whatever the name holds. */
export const patternOf = (name: string): string => name.replace(/[\\*?[\](){}!+@|,]/g, "\\$&");

function matcher(patterns: string, field: string, network: Network): (name: string) => boolean {
  const tests = patterns
    .split(/(?<!\\),/)
    .map((pattern) => pattern.replaceAll("\\,", ",").trim())
    .filter(Boolean)
    .map((pattern) => {
      // `bash` lets a star cross the slashes of nested and scoped names.
      const matches = picomatch(pattern, { bash: true, dot: true });
      const test = (name: string) => name === pattern || matches(name);
      if (!network.layers.some(({ name }) => test(name))) {
        throw new SecateurError(
          "bad-recipe",
          `No layer fits "${pattern}" in ${field}; the layers are ${names(network)}.`,
        );
      }
      return test;
    });
  return (name) => tests.some((test) => test(name));
}

const describe = (choice: LayerChoice): string =>
  Object.entries(choice)
    .filter(([, patterns]) => patterns)
    .map(([field, patterns]) => `${field} "${patterns}"`)
    .join(" and ");

function names(network: Network): string {
  const prunable = network.layers.filter((layer) => layer.prunable).map(({ name }) => name);
  return prunable.length > 12 ? `${prunable.slice(0, 12).join(", ")} … (${prunable.length})` : prunable.join(", ");
}
