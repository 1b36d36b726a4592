import { createJournal } from "../../src/pruning/runs/journal.ts";
import { runInfo, runTrial } from "./runFiles.ts";

// A program that writes trials until it is killed, each announced by its number once it is on disk. The lines are
// long, so that it is often killed within one.

async function writeForever(folder: string): Promise<void> {
  const journal = await createJournal(folder, {}, runInfo());
  for (let n = 1; ; n++) {
    await journal.append(runTrial(n, { notes: ["größe ".repeat(200_000)] }));
    process.stdout.write(`${n}\n`);
    await journal.update({ title: `${n} `.repeat(20_000) });
  }
}

void writeForever(process.argv[2] as string);
