import { SecateurError } from "../errors.ts";
import { formatCount } from "../text.ts";

/** Filters of a model, chosen one by one: their indices by the name of their layer, each ascending and once. */
export type ChosenFilters = ReadonlyMap<string, readonly number[]>;

/**
 * Reads `conv2d: 0 3 7-9; dense: 5`: layers, and the filters (units) of each, single ones or ranges. A name may hold
 * anything but what looks like a list of filters.
 * @throws SecateurError `bad-recipe`
 */
export function parseFilters(text: string): ChosenFilters {
  const chosen = new Map<string, number[]>();
  const part = /\s*(\S.*?)\s*:\s*(\d+(?:-\d+)?(?:\s+\d+(?:-\d+)?)*)\s*(?:;|$)/sy;
  while (part.lastIndex < text.length) {
    const rest = text.slice(part.lastIndex);
    const [, layer, list] = part.exec(text) ?? [];
    if (layer === undefined || list === undefined) {
      if (rest.trim() === "") break;
      throw notFilters(rest.trim());
    }
    chosen.set(layer, [...(chosen.get(layer) ?? []), ...list.split(/\s+/).flatMap(rangeOf)]);
  }
  if (chosen.size === 0) throw notFilters(text);
  return new Map([...chosen].map(([layer, indices]) => [layer, [...new Set(indices)].sort((a, b) => a - b)]));
}

const notFilters = (text: string): SecateurError =>
  new SecateurError(
    "bad-recipe",
    `"${text}" names no filters to remove; write layers and their filters, such as conv2d: 0 3 7-9; dense: 5.`,
  );

/** More filters than any layer has. */
const mostFilters = 1_000_000;

function rangeOf(text: string): number[] {
  const [first = 0, last = first] = text.split("-").map(Number);
  if (last < first || last >= mostFilters) throw notFilters(text);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** The same as text, neighbours as ranges. */
export function formatFilters(chosen: ChosenFilters): string {
  return [...chosen].map(([layer, indices]) => `${layer}: ${rangesOf(indices).join(" ")}`).join("; ");
}

/** Neighbours in an ascending list as ranges: `0 3 7-9`. */
export function rangesOf(indices: readonly number[]): string[] {
  const runs: [number, number][] = [];
  for (const index of indices) {
    const last = runs.at(-1);
    if (last && last[1] === index - 1) last[1] = index;
    else runs.push([index, index]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
}

/** `3 filters of conv2d, 1 of dense`. */
export function countFilters(chosen: ChosenFilters): string {
  return [...chosen]
    .map(
      ([layer, { length }], i) =>
        `${formatCount(length)}${i > 0 ? "" : length === 1 ? " filter" : " filters"} of ${layer}`,
    )
    .join(", ");
}

/**
 * Why filters of a layer may not go, as an error.
 * @param reason of their group: a sentence
 */
export function lockedError(layer: string, indices: readonly number[], reason: string): SecateurError {
  const which = `${indices.length === 1 ? "Filter" : "Filters"} ${rangesOf(indices).join(", ")} of "${layer}"`;
  const why = reason.replace(/\.$/, "").replace(/^Layer\b/, "layer");
  return new SecateurError("bad-recipe", `${which} cannot be removed, because ${why}; choose others.`);
}
