/** Class indices, one an example: bytes where there are at most 256 classes, or as files hold them. */
export type Labels = Uint8Array | Uint16Array;

/** Examples of one size, held as bytes as they were on disk. */
export interface Split {
  readonly count: number;
  /** `count × height × width × channels`, NHWC, 0 to 255. */
  readonly images: Uint8Array;
  /** `count` of them; absent where nobody has said what the examples show. */
  readonly labels?: Labels;
}

/** Examples of which somebody has said what they show. */
export interface LabelledSplit extends Split {
  readonly labels: Labels;
}

export interface ImageSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A dataset of images of one size, for classifiers. */
export interface Dataset extends ImageSize {
  /** Folder it was read from. */
  readonly path: string;
  readonly format: "idx" | "cifar10" | "images";
  /** How many classes the labels tell apart; absent where there are no labels. */
  readonly classes?: number;
  /** What the classes are called, by index, where folders say so. */
  readonly classNames?: readonly string[];
  readonly train?: Split;
  readonly validation?: Split;
  readonly test?: Split;
  /** What a person should know of how it was read. */
  readonly notes?: readonly string[];
}

export type SplitName = "train" | "validation" | "test";

/** A shape with the batch first; null where any length goes. `[]` where any shape does. */
export type OpenShape = readonly (number | null)[];

/** How bytes become the numbers a model was trained on. `mean-std` is per channel, of x/255. */
export type Scaling =
  | { readonly name: "x/255" }
  | { readonly name: "x/127.5-1" }
  | { readonly name: "raw" }
  | { readonly name: "mean-std"; readonly mean: readonly number[]; readonly std: readonly number[] };

export type ScalingName = Scaling["name"];
