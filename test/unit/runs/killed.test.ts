import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { build } from "esbuild";
import { journalFile } from "../../../src/pruning/runs/folder.ts";
import { readRun } from "../../../src/pruning/runs/readRun.ts";
import { projectRoot } from "../../support/corpus.ts";
import { useFolders } from "../../support/folders.ts";

describe("a run whose process is killed", () => {
  const folder = useFolders();

  it("reads back with every trial that was announced, as interrupted", async function () {
    this.timeout(60_000);
    const root = folder();
    const writer = join(root, "writer.cjs");
    await build({
      entryPoints: [join(projectRoot, "test", "support", "journalWriter.ts")],
      outfile: writer,
      bundle: true,
      platform: "node",
      format: "cjs",
    });
    let torn = 0;
    for (let round = 0; round < 10; round++) {
      const run = join(root, `run${round}`);
      const child = spawn(process.execPath, [writer, run], { stdio: ["ignore", "pipe", "inherit"] });
      let announced = 0;
      child.stdout.on("data", (text: Buffer) => {
        announced = Number(`${text}`.trim().split("\n").at(-1));
      });
      while (announced < 1) await once(child.stdout, "data");
      if (round % 2) await wait(round * 3);
      else {
        // Caught within a line: all are as long as the first.
        const line = readFileSync(journalFile(run)).indexOf("\n") + 1;
        const limit = Date.now() + 5_000;
        while (statSync(journalFile(run)).size % line === 0 && Date.now() < limit);
      }
      child.kill("SIGKILL");
      await once(child, "close");

      const { status, trials } = await readRun(run);
      assert.equal(status, "interrupted");
      assert.ok(trials.length >= announced, `${trials.length} of ${announced} announced`);
      assert.deepEqual(
        trials.map(({ id }) => id),
        Array.from(trials, (_, i) => `20261122-1200-tiny/${i + 1}`),
      );
      if (readFileSync(journalFile(run)).at(-1) !== "\n".charCodeAt(0)) torn++;
    }
    assert.ok(torn > 0, "some were killed within a line");
  });
});
