import { SecateurError, throwIfCancelled } from "../../errors.ts";
import { formatCount } from "../../text.ts";
import type { Dataset, ImageSize, OpenShape } from "../dataset.ts";
import { shapeText } from "../fit.ts";
import { type LabelNeed, requireLabels } from "../labels.ts";
import { chooseImages, type Purpose } from "./choose.ts";
import { classIndices, classNamesOf, describeClasses, requireClasses } from "./classes.ts";
import { imageFormats } from "./decode.ts";
import { countChosen, decodeChosen, readImage } from "./decodeChosen.ts";
import type { FoundImages } from "./find.ts";
import { areClasses, type ImageLayout } from "./layout.ts";
import { imageSizeFor } from "./size.ts";

/** The model that images are read for, and what it is to do with them. */
export interface ImageReader extends Purpose {
  /** Shape of the model's input, batch first: tells the size of the images. Any size if left out. */
  readonly input?: OpenShape | undefined;
  /** How many classes each output of the model may score, as far as it says so before it runs. */
  readonly scores?: readonly number[] | undefined;
  /** Folder of the model, beside which its labels may lie. */
  readonly model?: string | undefined;
  /** False leaves labels out, although folders may name classes. */
  readonly labels?: boolean | undefined;
  /** The first step that needs labels, if any does. */
  readonly needsLabels?: LabelNeed | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called now and then while images are decoded. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Reads a folder of images into a model's size. No more is read than the purpose needs; damaged images are left out.
 * @throws SecateurError `bad-data` when no image can be read, the model takes none, or classes do not fit it;
 *   `cancelled`
 */
export async function readImages(folder: string, found: FoundImages, reader: ImageReader): Promise<Dataset> {
  const labelled = reader.labels !== false && [...found.layout.sets.values()].some(areClasses);
  requireLabels(folder, labelled, reader.needsLabels);
  const layout = labelled ? withClassesOnly(found.layout) : found.layout;
  const classNames = labelled ? await classNamesOf(groupsIn(layout), reader.model) : undefined;
  if (classNames) requireClasses(folder, classNames, reader.scores ?? []);
  const size = await findSize(folder, layout, reader);
  const { chosen, tooMany } = chooseImages(layout, reader, size);
  const { signal, onProgress } = reader;
  const classes = classNames && { count: classNames.length, indexOf: classIndices(classNames) };
  const { splits, damaged } = await decodeChosen(folder, chosen, { size, classes, signal, onProgress });
  const total = formatCount(countChosen(chosen));
  return {
    path: folder,
    format: "images",
    ...size,
    ...(classNames && { classes: classNames.length, classNames }),
    ...splits,
    notes: [
      ...(classNames ? [describeClasses(classNames)] : []),
      ...notesOn(folder, found, labelled),
      ...(tooMany === undefined
        ? []
        : [
            `Of ${formatCount(tooMany)} images ${total} are read, evenly, for memory's sake; "limit" in the recipe's data says how many of each split.`,
          ]),
      ...(damaged.length === 0
        ? []
        : [
            `${formatCount(damaged.length)} of ${total} images could not be read and were left out; the first is ${damaged[0]}.`,
          ]),
    ],
  };
}

function withClassesOnly(layout: ImageLayout): ImageLayout {
  return { ...layout, sets: new Map([...layout.sets].filter(([, groups]) => areClasses(groups))) };
}

/** The names of all class folders, each once. */
function groupsIn({ sets }: ImageLayout): string[] {
  return [...new Set([...sets.values()].flatMap((groups) => [...groups.keys()]))];
}

/** What was not taken for what somebody may have meant. */
function notesOn(folder: string, { layout, others }: FoundImages, labelled: boolean): string[] {
  const unlabelled = [...layout.sets].filter(([, groups]) => !areClasses(groups)).map(([name]) => name);
  return [
    ...(labelled ? unlabelled.map((name) => `The ${name} images lie in no class folders and were left out.`) : []),
    ...(layout.mixed
      ? [`Images lie beside folders of images in ${folder}, so the folders are not taken for classes.`]
      : []),
    ...(others === 0 ? [] : [`Images of other formats than ${imageFormats} were left out: ${formatCount(others)}.`]),
  ];
}

/** The size for the model, found with the first image that can be read. */
async function findSize(
  folder: string,
  { sets }: ImageLayout,
  { input = [], signal }: ImageReader,
): Promise<ImageSize> {
  const paths = [...sets.values()].flatMap((groups) => [...groups.values()].flat());
  for (const path of paths) {
    throwIfCancelled(signal);
    const image = await readImage(folder, path);
    if (!image) continue;
    const size = imageSizeFor(input, { height: image.height, width: image.width });
    if (size) return size;
    throw new SecateurError(
      "bad-data",
      `The model's input is ${shapeText(input)}, which takes neither grey nor coloured images, so ${folder} cannot feed it; choose data of the model's own shape.`,
    );
  }
  throw new SecateurError(
    "bad-data",
    `No image in ${folder} can be read, ${paths[0]} to begin with; give it whole ${imageFormats} files.`,
  );
}
