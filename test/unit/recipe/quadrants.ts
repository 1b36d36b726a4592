import { placeFile } from "../../support/modelFiles.ts";
import { idx } from "../data/files.ts";
import { numbers } from "../engine/oracles.ts";
import { classes } from "../training/tiny.ts";

/** Height and width. */
export const side = 4;

/** Grey images, each labelled by the quadrant that is bright, sorted by label. */
function images(count: number, seed: number): { pixels: Uint8Array; labels: Uint8Array } {
  const labels = Uint8Array.from({ length: count }, (_, i) => Math.floor((i * classes) / count));
  const pixels = Uint8Array.from(numbers([count * side * side], seed).values, (noise, at) => {
    const [y, x] = [Math.floor(at / side) % side, at % side];
    const bright = 2 * Number(y > 1) + Number(x > 1) === labels[Math.floor(at / side ** 2)];
    return 60 + 60 * noise + (bright ? 100 : 0);
  });
  return { pixels, labels };
}

/** A folder with an IDX dataset. @param counts how many images each split has; none leaves it out */
export function placeQuadrants(folder: string, counts: { readonly train?: number; readonly t10k?: number }): string {
  for (const [i, [name, count]] of Object.entries(counts).entries()) {
    const { pixels, labels } = images(count, i + 1);
    placeFile(folder, `${name}-images-idx3-ubyte`, idx([count, side, side], pixels));
    placeFile(folder, `${name}-labels-idx1-ubyte`, idx([count], labels));
  }
  return folder;
}
