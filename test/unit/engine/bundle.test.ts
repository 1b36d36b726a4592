import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { projectRoot } from "../../support/corpus.ts";
import { needsTfjsNode } from "./backends.ts";

/** A program that opens a backend, has it multiply, and prints what came of it. */
const program = `
import * as tf from "@tensorflow/tfjs-core";
import { openEngine } from "./src/pruning/engine/open.ts";
const [backend, ...tfjsNodeFolders] = process.argv.slice(2);
const engine = await openEngine({ backend, tfjsNodeFolders });
const product = tf.matMul([[1, 2], [3, 4]], [[5, 6], [7, 8]]);
console.log(JSON.stringify({ ...engine.backend, product: [...(await product.data())] }));
engine.dispose();
`;

describe("The engine in a bundle, outside the project", function () {
  this.timeout(60_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "secateur-bundle-"));
    await build({
      stdin: { contents: program, resolveDir: projectRoot, loader: "ts" },
      // As esbuild.mjs bundles the worker and the terminal program.
      banner: {
        js: [
          'import { createRequire as __createRequire } from "node:module";',
          "const require = __createRequire(import.meta.url);",
          "const __filename = import.meta.filename, __dirname = import.meta.dirname;",
        ].join(" "),
      },
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      mainFields: ["module", "main"],
      external: ["@tensorflow/tfjs-node"],
      outdir: join(folder, "dist"),
      outExtension: { ".js": ".mjs" },
      chunkNames: "chunks/[name]-[hash]",
      logLevel: "error",
    });
    const packaged = join(projectRoot, "node_modules", "@tensorflow", "tfjs-backend-wasm", "dist");
    for (const name of ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm"]) {
      await cp(join(packaged, name), join(folder, "dist", "wasm", name));
    }
  });

  after(() => rm(folder, { recursive: true }));

  const run = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "dist", "stdin.mjs"), ...args]);
    return JSON.parse(stdout);
  };

  it("finds the WASM binaries beside itself", async () => {
    const { name, product } = await run("wasm");
    assert.deepEqual([name, product], ["wasm", [19, 22, 43, 50]]);
  });

  it("has the CPU backend", async () => {
    const { name, product } = await run("cpu");
    assert.deepEqual([name, product], ["cpu", [19, 22, 43, 50]]);
  });

  it("shares its kernels' registry with a tfjs-node that stands elsewhere", async function () {
    const { name, product } = await run("auto", needsTfjsNode(this));
    assert.deepEqual([name, product], ["tensorflow", [19, 22, 43, 50]]);
  });
});
