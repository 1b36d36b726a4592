import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { projectRoot } from "../../support/corpus.ts";
import { skipBecause } from "../../support/skip.ts";
import { driverPath } from "../../support/swiftShader.ts";
import { needsTfjsNode, needsWebGpu } from "./backends.ts";

/** A program that opens a backend, has it multiply, and prints what came of it, or why nothing did. */
const program = `
import * as tf from "@tensorflow/tfjs-core";
import { openEngine } from "./src/pruning/engine/open.ts";
const [backend, threads, ...folders] = process.argv.slice(2);
const logged = [];
const log = (line) => logged.push(line);
try {
  const settings = { threads: Number(threads), tfjsNodeFolders: folders, webgpuFolders: folders };
  const engine = await openEngine({ backend, ...settings, log });
  const product = tf.matMul([[1, 2], [3, 4]], [[5, 6], [7, 8]]);
  console.log(JSON.stringify({ ...engine.backend, logged, product: [...(await product.data())] }));
} catch ({ code, message }) {
  console.log(JSON.stringify({ code, message }));
}
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
    const packaged = join(projectRoot, "node_modules", "@tensorflow", "tfjs-backend-wasm", "wasm-out");
    for (const ending of [".wasm", ".js", ".worker.js"]) {
      const name = `tfjs-backend-wasm-threaded-simd${ending}`;
      await cp(join(packaged, name), join(folder, "dist", "wasm", name));
    }
  });

  after(() => rm(folder, { recursive: true }));

  /** Never disposes of the engine: a process that did not end by itself would time out. */
  const run = async (args: readonly string[], nodeOptions: readonly string[] = [], env: NodeJS.ProcessEnv = {}) => {
    const program = join(folder, "dist", "stdin.mjs");
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...nodeOptions, program, ...args], {
      timeout: 20_000,
      env: { ...process.env, ...env },
    });
    return { ...JSON.parse(stdout), stderr };
  };

  for (const [threads, detail] of [
    ["1", "SIMD, 1 thread"],
    ["3", "SIMD, 3 threads"],
  ] as const) {
    it(`finds the WASM binaries beside itself, and ends with ${threads} threads running`, async () => {
      const { name, product, stderr, ...report } = await run(["wasm", threads]);
      assert.deepEqual([name, product, stderr], ["wasm", [19, 22, 43, 50], ""]);
      assert.equal(report.detail, detail);
    });
  }

  it("goes on with one thread where the process may start no others, and says so", async () => {
    const permission = process.allowedNodeEnvironmentFlags.has("--permission")
      ? "--permission"
      : "--experimental-permission";
    const { detail, product, logged } = await run(["wasm", "2"], [permission, "--allow-fs-read=*"]);
    assert.deepEqual([detail, product], ["SIMD, 1 thread", [19, 22, 43, 50]]);
    assert.match(logged.join("\n"), /^The WASM backend goes on with one thread: 2 could not be started \(.+\)\.$/m);
  });

  it("has the CPU backend", async () => {
    const { name, product } = await run(["cpu", "1"]);
    assert.deepEqual([name, product], ["cpu", [19, 22, 43, 50]]);
  });

  it("runs on WebGPU from a package that stands elsewhere, and ends by itself", async function () {
    const { name, product, stderr } = await run(["webgpu", "1", needsWebGpu(this)], [], driverPath());
    assert.deepEqual([name, product, stderr], ["webgpu", [19, 22, 43, 50], ""]);
  });

  it("says in one sentence that there is no graphics card, and what to do", async function () {
    const folder = needsWebGpu(this);
    if (process.platform !== "linux") skipBecause(this, "drivers can be hidden on Linux only");
    const { code, message } = await run(["webgpu", "1", folder], [], { ...driverPath(), VK_DRIVER_FILES: "/dev/null" });
    assert.equal(code, "backend");
    assert.equal(
      message,
      "WebGPU found no graphics card on this machine; install a driver of Vulkan, Metal or Direct3D 12 for it, or choose another backend, such as wasm.",
    );
  });

  it("shares its kernels' registry with a tfjs-node that stands elsewhere", async function () {
    const { name, product } = await run(["auto", "1", needsTfjsNode(this)]);
    assert.deepEqual([name, product], ["tensorflow", [19, 22, 43, 50]]);
  });
});
