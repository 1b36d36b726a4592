import type { KernelMap } from "../../../pruning/metrics/kernelMap.ts";

// A filter's kernel as a picture: one square per weight, on a plate of its own, so that it looks the same in every theme.

/** A picture in words and as SVG. */
export interface Picture {
  readonly svg: string;
  /** What it shows, for those who do not see it. */
  readonly words: string;
}

/** About how many CSS pixels the longer side has. */
const side = 176;
const [smallestCell, largestCell] = [3, 20];
/** Between tiles, as a share of a cell. */
const gap = 0.5;
const plate = "#8c8c8c";

/** Shades on either side of zero. */
const shades = 8;
/** From below zero over zero to above: blue, white and red that colour-blind people tell apart (ColorBrewer's RdBu). */
const [below, zero, above] = [
  [33, 102, 172],
  [247, 247, 247],
  [178, 24, 43],
] as const;

/** Draws a kernel: a tile per input, side by side, in about a square. */
export function heatMap(map: KernelMap): Picture {
  const { rows, columns, cells } = map;
  const tiles = cells.length / (rows * columns);
  const isPlain = rows * columns === 1;
  const space = isPlain ? 0 : gap;
  const across = Math.min(tiles, Math.max(1, Math.ceil(Math.sqrt((tiles * (rows + space)) / (columns + space)))));
  const down = Math.ceil(tiles / across);
  const [width, height] = [across * (columns + space) + space, down * (rows + space) + space];
  const scale = Math.min(largestCell, Math.max(smallestCell, Math.floor(side / Math.max(width, height))));
  const paths = new Map<string, string>();
  const greatest = Math.max(Math.abs(map.min), Math.abs(map.max));
  for (const [i, value] of cells.entries()) {
    const [tile, cell] = [Math.floor(i / (rows * columns)), i % (rows * columns)];
    const x = space + (tile % across) * (columns + space) + (cell % columns);
    const y = space + Math.floor(tile / across) * (rows + space) + Math.floor(cell / columns);
    const colour = colourOf(greatest > 0 ? value / greatest : 0);
    paths.set(colour, `${paths.get(colour) ?? ""}M${x} ${y}h1v1h-1z`);
  }
  const drawn = [...paths].map(([colour, path]) => `<path fill="${colour}" d="${path}"/>`).join("");
  return {
    svg:
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width * scale}" height="${height * scale}" ` +
      `viewBox="0 0 ${width} ${height}" shape-rendering="crispEdges">` +
      `<rect width="${width}" height="${height}" fill="${plate}"/>${drawn}</svg>`,
    words: wordsOf(map),
  };
}

/** The colour of a share of the greatest magnitude, −1 to 1. */
function colourOf(share: number): string {
  const level = Math.round(Math.abs(share) * shades) / shades;
  const end = share < 0 ? below : above;
  const channels = zero.map((from, i) => Math.round(from + ((end[i] as number) - from) * level));
  return `#${channels.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

function wordsOf({ rows, columns, inputs, pooled, min, max }: KernelMap): string {
  const what =
    rows * columns === 1 ? countOf(inputs, "weight") : `${rows} × ${columns} weights for ${countOf(inputs, "input")}`;
  const shared = pooled > 1 ? ` Each square is the strongest of ${pooled} neighbouring inputs.` : "";
  return `${what}, from ${signed(min)} (blue is below zero) to ${signed(max)} (red is above).${shared}`;
}

const countOf = (count: number, noun: string): string =>
  `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

/** Three digits, with a minus sign of a number's width. */
const signed = (value: number): string => `${Number(value.toPrecision(3))}`.replace("-", "−");
