import type { Channels } from "../../../../src/pruning/graph/channels/channels.ts";

/**
 * The groups of a network, a line each: `a + b: 6 of 8 free; followed by bn; read by c; because …`. What there is none
 * of is left out; `widths` are told where there are other ones than one of all channels.
 */
export function described({ groups }: Channels): string[] {
  return groups.map(({ name, makers, followers, readers, channels, free, locked, widths }) => {
    const lengths = widths.map(({ length }) => length);
    const parts = [
      `${makers.length > 0 ? makers.join(" + ") : `(${name})`}: ${free.length} of ${channels.length} free`,
      ...(followers.length > 0 ? [`followed by ${followers.join(", ")}`] : []),
      ...(readers.length > 0 ? [`read by ${readers.join(", ")}`] : []),
      ...(free.length > 0 && `${lengths}` !== `${channels.length}` ? [`widths ${lengths.join(", ")}`] : []),
      ...(locked === undefined ? [] : [`because ${locked}`]),
    ];
    return parts.join("; ");
  });
}
