import type { Dataset, LabelledSplit } from "./dataset.ts";

/** A split as a reader of one format finds it, with the size of its own images. */
export interface ImageSplit extends LabelledSplit {
  readonly labels: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** All that one format's files in a folder hold; at least one split. */
export interface ImageFolder {
  readonly format: Dataset["format"];
  readonly channels: number;
  readonly classes: number;
  readonly train?: ImageSplit;
  readonly test?: ImageSplit;
}
