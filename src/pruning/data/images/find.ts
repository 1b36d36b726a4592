import { readdir } from "node:fs/promises";
import { extname, join, relative } from "node:path";
import { SecateurError } from "../../errors.ts";
import { imageExtensions, imageFormats, otherImageExtensions } from "./decode.ts";
import { areClasses, type ImageLayout, layoutOf } from "./layout.ts";

/** The image files below a folder. */
export interface FoundImages {
  readonly layout: ImageLayout;
  /** How many images of formats that are not read lie beside those that are. */
  readonly others: number;
}

/**
 * Looks for images below a folder, however deep; hidden files and folders are passed by.
 * @returns nothing where there are no images of any kind
 * @throws SecateurError `bad-data` where all images are of formats that are not read
 */
export async function findImages(folder: string): Promise<FoundImages | null> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((path) => !hidden.test(path));
  const images = paths.filter((path) => isOneOf(path, imageExtensions));
  const others = paths.filter((path) => isOneOf(path, otherImageExtensions));
  if (images.length > 0) return { layout: layoutOf(images), others: others.length };
  const [other] = others;
  if (other === undefined) return null;
  throw new SecateurError(
    "bad-data",
    `The images in ${folder} are of a format that is not read, such as ${other}; convert them to ${imageFormats.replace("and", "or")}.`,
  );
}

/** Whether all there is in a folder to learn from is images without labels. */
export async function isUnlabelled(folder: string): Promise<boolean> {
  const found = await findImages(folder).catch(() => null);
  return found !== null && ![...found.layout.sets.values()].some(areClasses);
}

/** What systems and archivers leave behind, too: `.DS_Store`, `._cat.png`, `__MACOSX/`. */
const hidden = /(^|\/)(\.|__MACOSX\/)/;

function isOneOf(path: string, extensions: readonly string[]): boolean {
  return extensions.includes(extname(path).slice(1).toLowerCase());
}
