import type { Length } from "../lengths.ts";
import type { Shape } from "../network.ts";
import { onlyInput } from "./rule.ts";

/** The axes of an image-like input, whichever way round its format puts them. */
export interface Space {
  readonly batch: Length;
  /** Depth, height and width, or fewer. */
  readonly axes: Shape;
  readonly channels: Length;
}

/** Takes an input of `rank` axes in space apart. */
export function spaceOf(inputs: readonly Shape[], rank: number, format: "channels_last" | "channels_first"): Space {
  const [batch = null, ...rest] = onlyInput(inputs, rank + 2);
  const channels = (format === "channels_first" ? rest.shift() : rest.pop()) ?? null;
  return { batch, axes: rest, channels };
}

/** Where the channels stand in a tensor of some rank. */
export const channelAxis = (rank: number, format: "channels_last" | "channels_first"): number =>
  format === "channels_first" ? 1 : rank - 1;

/** Puts one together again. */
export function shapeOf({ batch, axes, channels }: Space, format: "channels_last" | "channels_first"): Shape {
  return format === "channels_first" ? [batch, channels, ...axes] : [batch, ...axes, channels];
}
