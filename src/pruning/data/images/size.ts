import type { ImageSize, OpenShape } from "../dataset.ts";

/**
 * The size that images must have for an input of shape [batch, h, w, c], [batch, h, w], [batch, c, h, w] or
 * [batch, h·w·c]. Lengths that the model leaves open are those of `own`; so are all for [], any rank. A flat input is
 * taken for images of `own` size if it can be, else for square ones.
 * @param own size of an image as its file holds it
 * @returns nothing where such an input takes no grey or coloured images
 */
export function imageSizeFor(input: OpenShape, own: Pick<ImageSize, "height" | "width">): ImageSize | undefined {
  if (input.length === 0) return { ...own, channels: 3 };
  const [, ...axes] = input;
  const [a, b, c] = axes as [number | null, number | null, number | null];
  switch (axes.length) {
    case 3:
      if (isDepth(c)) return { height: a ?? own.height, width: b ?? own.width, channels: c };
      if (isDepth(a)) return { height: b ?? own.height, width: c ?? own.width, channels: a };
      return c === null ? { height: a ?? own.height, width: b ?? own.width, channels: 3 } : undefined;
    case 2:
      return { height: a ?? own.height, width: b ?? own.width, channels: 1 };
    case 1:
      return a === null
        ? undefined
        : flatSizes(a, own).find(({ height, width, channels }) => height * width * channels === a);
    default:
      return undefined;
  }
}

const isDepth = (length: number | null): length is 1 | 3 => length === 1 || length === 3;

function flatSizes(length: number, own: Pick<ImageSize, "height" | "width">): ImageSize[] {
  const square = (channels: number) => Math.round(Math.sqrt(length / channels));
  return [
    ...[1, 3].map((channels) => ({ ...own, channels })),
    ...[1, 3].map((channels) => ({ height: square(channels), width: square(channels), channels })),
  ];
}
