// Bundles the four programs of dist/: the extension host's entry, the worker and the terminal program (which
// share TensorFlow.js as chunks), and the Pareto page.
import { cp, rm } from "node:fs/promises";
import { context } from "esbuild";

const watch = process.argv.includes("--watch");
const development = watch || process.argv.includes("--development");

const common = {
  bundle: true,
  minify: !development,
  sourcemap: development ? "linked" : false,
  logLevel: "warning",
  target: ["node20", "chrome128"],
};

/** What bundled CommonJS modules take for granted and ES modules lack. */
const commonJsNames = [
  'import { createRequire as __createRequire } from "node:module";',
  "const require = __createRequire(import.meta.url);",
  "const __filename = import.meta.filename, __dirname = import.meta.dirname;",
].join(" ");

const targets = [
  {
    ...common,
    entryPoints: { extension: "src/extension/extension.ts" },
    outdir: "dist",
    chunkNames: "chunks/[name]-[hash]",
    splitting: true, // What talks to the child process is loaded with the first child, not at activation.
    platform: "node",
    format: "esm",
    mainFields: ["module", "main"], // jsonc-parser's main file hides its imports from bundlers.
    external: ["vscode"],
    banner: { js: commonJsNames },
  },
  {
    ...common,
    entryPoints: { worker: "src/worker/worker.ts", cli: "src/cli/cli.ts" },
    outdir: "dist",
    chunkNames: "chunks/[name]-[hash]",
    platform: "node",
    format: "esm",
    splitting: true,
    mainFields: ["module", "main"],
    external: ["@tensorflow/tfjs-node"],
    banner: { js: commonJsNames },
  },
  {
    ...common,
    entryPoints: { panel: "src/webview/panel.ts" },
    outdir: "dist/webview",
    platform: "browser",
    format: "iife",
  },
];

await rm("dist", { recursive: true, force: true });
const contexts = await Promise.all(targets.map((target) => context(target)));
await Promise.all(contexts.map((each) => each.rebuild()));
const wasm = "tfjs-backend-wasm-threaded-simd";
for (const file of [`${wasm}.wasm`, `${wasm}.js`, `${wasm}.worker.js`]) {
  await cp(`node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/${file}`, `dist/wasm/${file}`);
}
if (watch) await Promise.all(contexts.map((each) => each.watch()));
else await Promise.all(contexts.map((each) => each.dispose()));
