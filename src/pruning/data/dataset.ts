/** Labelled examples of one size, held as bytes as they were on disk. */
export interface Split {
  readonly count: number;
  /** `count × height × width × channels`, NHWC, 0 to 255. */
  readonly images: Uint8Array;
  /** `count` class indices. */
  readonly labels: Uint8Array;
}

/** A classification dataset of images. */
export interface Dataset {
  /** Folder it was read from. */
  readonly path: string;
  readonly format: "idx" | "cifar10";
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
  readonly train?: Split;
  readonly test?: Split;
}

export type SplitName = "train" | "validation" | "test";

/** How bytes become the numbers a model was trained on. `mean-std` is per channel, of x/255. */
export type Scaling =
  | { readonly name: "x/255" }
  | { readonly name: "x/127.5-1" }
  | { readonly name: "raw" }
  | { readonly name: "mean-std"; readonly mean: readonly number[]; readonly std: readonly number[] };

export type ScalingName = Scaling["name"];
