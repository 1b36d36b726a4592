// The rival of pruning: a whole process that reads every file of a folder and writes it to another, nothing more.
//   node copyFiles.mjs FROM TO [--fsync]
import { mkdir, open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const [from, to, fsync] = process.argv.slice(2);
await mkdir(to, { recursive: true });
for (const name of await readdir(from)) {
  const bytes = await readFile(join(from, name));
  const file = await open(join(to, name), "wx");
  await file.writeFile(bytes);
  if (fsync) await file.sync();
  await file.close();
}
