import { type CountedKernel, countedKernels, viewOf } from "../criteria/views.ts";
import type { Layer } from "../graph/network.ts";
import { type Model, sizeOf } from "../model/model.ts";

/**
 * A filter's kernel as a picture has it: one tile per input, as large as the window that a convolution looks through; of
 * a unit of a dense layer a single cell, of a recurrent one a cell per gate.
 */
export interface KernelMap {
  /** Of a tile. */
  readonly rows: number;
  readonly columns: number;
  /** How many inputs the filter has. */
  readonly inputs: number;
  /** How many neighbouring inputs share a tile; 1 where all fit. The last tile may stand for fewer. */
  readonly pooled: number;
  /** Tile by tile, each row-major: the weight, or where inputs share a tile the one of greatest magnitude. */
  readonly cells: readonly number[];
  /** Of all its weights. */
  readonly min: number;
  readonly max: number;
}

/** Cells that a small picture has room for. */
const mostCells = 1024;

/**
 * The weights of one filter (unit) of a layer, as many as a small picture can show.
 * @returns nothing for a layer without such a filter
 */
export function kernelMap(model: Model, layer: Layer, filter: number): KernelMap | undefined {
  const kernels = countedKernels(model, layer);
  const [first] = kernels;
  if (!first || filter >= first.count) return undefined;
  const { rows, columns } = tileOf(first);
  const tiles = kernels.filter((kernel) => sameTile(kernel, first)).flatMap((kernel) => tilesOf(kernel, filter));
  const pooled = Math.max(1, Math.ceil((tiles.length * rows * columns) / mostCells));
  const drawn = Array.from({ length: Math.ceil(tiles.length / pooled) }, (_, i) =>
    strongest(tiles.slice(i * pooled, (i + 1) * pooled)),
  );
  const weights = tiles.flat();
  return {
    rows,
    columns,
    inputs: tiles.length,
    pooled,
    cells: drawn.flat(),
    min: weights.reduce((a, b) => Math.min(a, b)),
    max: weights.reduce((a, b) => Math.max(a, b)),
  };
}

/** The axes of a kernel that its filters look through, and how many inputs they have: `[h, w, in]` as a rule. */
function anatomyOf({ weight: { shape }, filterAxes }: CountedKernel): { window: number[]; inputs: number } {
  const others = shape.filter((_, axis) => !filterAxes.includes(axis));
  // A depthwise filter sees the one channel that it follows.
  if (filterAxes.length > 1) return { window: others, inputs: 1 };
  return { window: others.slice(0, -1), inputs: others.at(-1) ?? 1 };
}

/** What lies before a window's last axis is stacked: in a volume its slices. */
function tileOf(kernel: CountedKernel): { rows: number; columns: number } {
  const { window } = anatomyOf(kernel);
  return { rows: sizeOf(window.slice(0, -1)), columns: (window.at(-1) ?? 1) * kernel.gates };
}

function sameTile(a: CountedKernel, b: CountedKernel): boolean {
  const [one, other] = [tileOf(a), tileOf(b)];
  return one.rows === other.rows && one.columns === other.columns;
}

/** By input: what a filter has for each place in the window, and each gate. */
function tilesOf(kernel: CountedKernel, filter: number): number[][] {
  const { window, inputs } = anatomyOf(kernel);
  const own = elementsOf(kernel, filter);
  const { gates } = kernel;
  return Array.from({ length: inputs }, (_, input) =>
    Array.from({ length: sizeOf(window) * gates }, (_, cell) => {
      const [place, gate] = [Math.floor(cell / gates), cell % gates];
      return own[(place * inputs + input) * gates + gate] as number;
    }),
  );
}

/** A filter's weights in the order in which the kernel holds them. */
function elementsOf(kernel: CountedKernel, filter: number): Float32Array {
  const { values, filterOf } = viewOf(kernel);
  return values.filter((_, element) => filterOf(element) === filter);
}

/** Cell by cell, the value of greatest magnitude among tiles. */
function strongest(tiles: readonly (readonly number[])[]): number[] {
  const [first = [], ...others] = tiles;
  return others.reduce<number[]>(
    (best, tile) =>
      tile.map((value, cell) => (Math.abs(value) > Math.abs(best[cell] as number) ? value : (best[cell] as number))),
    [...first],
  );
}
