import assert from "node:assert/strict";
import * as fc from "fast-check";
import { heatMap } from "../../../../src/extension/views/layers/heatMap.ts";
import type { KernelMap } from "../../../../src/pruning/metrics/kernelMap.ts";

describe("extension/views/layers/heatMap", () => {
  const map = (change: Partial<KernelMap>): KernelMap => ({
    rows: 1,
    columns: 1,
    inputs: change.cells?.length ?? 1,
    pooled: 1,
    cells: [0],
    min: Math.min(...(change.cells ?? [0])),
    max: Math.max(...(change.cells ?? [0])),
    ...change,
  });

  /** The squares of a picture: where they are, and their colours. */
  function squares(svg: string) {
    return [...svg.matchAll(/<path fill="(#[0-9a-f]{6})" d="([^"]+)"\/>/g)].flatMap(([, colour, path]) =>
      [...(path as string).matchAll(/M(-?[\d.]+) (-?[\d.]+)h1v1h-1z/g)].map(([, x, y]) => ({
        colour,
        x: Number(x),
        y: Number(y),
      })),
    );
  }
  const sizeOf = (svg: string) => (/viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? []).slice(1).map(Number);

  it("is blue below zero, white at zero and red above, darker the further", () => {
    const found = squares(heatMap(map({ cells: [-2, 0, 1, 2] })).svg);
    const at = (x: number, y: number) => found.find((square) => square.x === x && square.y === y)?.colour;
    assert.deepEqual([at(0, 0), at(1, 0), at(0, 1), at(1, 1)], ["#2166ac", "#f7f7f7", "#d58891", "#b2182b"]);
  });

  it("sets the tiles of a window apart, in about a square", () => {
    const { svg } = heatMap(map({ rows: 3, columns: 3, inputs: 4, cells: Array.from({ length: 36 }, (_, i) => i) }));
    assert.deepEqual(sizeOf(svg), [7.5, 7.5]);
    assert.deepEqual(
      squares(svg).findLast(({ colour }) => colour === "#b2182b"),
      { colour: "#b2182b", x: 6, y: 6 },
    );
  });

  it("draws every weight once, within the picture, and small enough for a tooltip", () => {
    const side = fc.integer({ min: 1, max: 7 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 1, max: 20 }), (rows, columns, tiles) => {
        const cells = Array.from({ length: rows * columns * tiles }, (_, i) => Math.sin(i));
        const { svg } = heatMap(map({ rows, columns, inputs: tiles, cells }));
        const [width = 0, height = 0] = sizeOf(svg);
        const drawn = squares(svg);
        assert.equal(new Set(drawn.map(({ x, y }) => `${x} ${y}`)).size, cells.length);
        assert.ok(drawn.every(({ x, y }) => x >= 0 && y >= 0 && x + 1 <= width && y + 1 <= height));
      }),
    );
    const largest = heatMap(map({ cells: Array.from({ length: 1024 }, (_, i) => Math.sin(i)) }));
    assert.ok(largest.svg.length < 30_000, `${largest.svg.length} characters`);
  });

  it("survives a kernel of zeros", () => {
    assert.ok(squares(heatMap(map({ cells: [0, 0] })).svg).every(({ colour }) => colour === "#f7f7f7"));
  });

  it("says in words how large it is, from what to what, and what a square stands for", () => {
    assert.equal(
      heatMap(map({ rows: 3, columns: 3, inputs: 16, pooled: 1, cells: Array(9).fill(0), min: -0.31249, max: 0.42 }))
        .words,
      "3 × 3 weights for 16 inputs, from −0.312 (blue is below zero) to 0.42 (red is above).",
    );
    assert.match(
      heatMap(map({ inputs: 2500, pooled: 3 })).words,
      /^2,500 weights, .* Each square is the strongest of 3 neighbouring inputs\.$/,
    );
  });
});
