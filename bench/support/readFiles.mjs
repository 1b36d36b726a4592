// The rival of inspecting: a whole process that reads every file of a folder.
//   node readFiles.mjs FOLDER
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const [folder] = process.argv.slice(2);
for (const name of await readdir(folder)) await readFile(join(folder, name));
