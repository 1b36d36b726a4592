import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * Where code in each of some folders would get a package from, which bundles cannot hold: native code.
 * @param file of the package, such as `package.json`; its entry if left out
 * @returns absolute paths, in the order of the folders that have it
 */
export function findPackage(name: string, folders: readonly string[], file?: string): string[] {
  const wanted = file === undefined ? name : `${name}/${file}`;
  return folders.flatMap((folder) => {
    try {
      return [createRequire(join(folder, "package.json")).resolve(wanted)];
    } catch {
      return [];
    }
  });
}

/** Such as ` in /a or /b`; nothing where there is no folder. */
export function placesText(folders: readonly string[]): string {
  return folders.length > 0 ? ` in ${folders.join(" or ")}` : "";
}
