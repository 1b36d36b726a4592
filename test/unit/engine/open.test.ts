import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import util from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { openEngine } from "../../../src/pruning/engine/open.ts";
import { SecateurError } from "../../../src/pruning/errors.ts";
import { needsTfjsNode } from "./backends.ts";

/** A folder with packages in its node_modules, each a package.json and perhaps an index.js. */
async function withPackages<T>(
  packages: Record<string, { version: string; code?: string }>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "secateur-engine-"));
  try {
    for (const [name, { version, code = "" }] of Object.entries(packages)) {
      const inside = join(folder, "node_modules", name);
      await mkdir(inside, { recursive: true });
      await writeFile(join(inside, "package.json"), JSON.stringify({ name, version, main: "index.js" }));
      await writeFile(join(inside, "index.js"), code);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** One for each core, up to four. */
const cores = Math.min(availableParallelism(), 4);
const threadsByDefault = cores === 1 ? "SIMD, 1 thread" : `SIMD, ${cores} threads`;

/** Asking for tfjs-node by name fails with one such sentence; `auto` goes on to WASM and passes the sentence on. */
async function passesOver(folders: readonly string[], sentence: RegExp): Promise<void> {
  await assert.rejects(openEngine({ backend: "tensorflow", tfjsNodeFolders: folders }), (error) => {
    assert.ok(SecateurError.is(error, "backend"), String(error));
    assert.match(error.message, sentence);
    return true;
  });
  const logged: string[] = [];
  const engine = await openEngine({
    backend: "auto",
    tfjsNodeFolders: folders,
    log: (message) => logged.push(message),
  });
  try {
    const { name, detail, passedOver } = engine.backend;
    assert.deepEqual([name, detail, passedOver.length], ["wasm", threadsByDefault, 2]);
    assert.match(passedOver[0] ?? "", sentence);
    assert.match(passedOver[1] ?? "", /WebGPU/);
    assert.deepEqual(
      logged.filter((message) => passedOver.includes(message)),
      passedOver,
    );
  } finally {
    engine.dispose();
  }
}

describe("openEngine", function () {
  this.timeout(60_000);
  it("opens WASM and the CPU by name, one after the other, as often as asked", async () => {
    for (const name of ["wasm", "cpu", "wasm"] as const) {
      const engine = await openEngine({ backend: name, tfjsNodeFolders: [] });
      assert.equal(engine.backend.name, name);
      assert.deepEqual(engine.backend.passedOver, []);
      assert.equal(tf.getBackend(), name);
      const sum = tf.tidy(() => tf.add(1, 2));
      assert.deepEqual([...(await sum.data())], [3]);
      sum.dispose();
      engine.dispose();
    }
  });

  it("refuses a second engine while one is open", async () => {
    const engine = await openEngine({ backend: "cpu", tfjsNodeFolders: [] });
    await assert.rejects(openEngine({ backend: "cpu", tfjsNodeFolders: [] }), (error) =>
      SecateurError.is(error, "internal"),
    );
    engine.dispose();
    (await openEngine({ backend: "cpu", tfjsNodeFolders: [] })).dispose();
  });
});

describe("openEngine without a usable tfjs-node", function () {
  this.timeout(60_000);
  it("says that it is not installed", async () => {
    await passesOver([], /^@tensorflow\/tfjs-node is not installed\.$/);
    await withPackages({}, (folder) =>
      passesOver([folder], /^@tensorflow\/tfjs-node is not installed in .*secateur-engine-\S+\.$/),
    );
  });

  it("refuses one that brings another tfjs-core", async () => {
    const packages = { "@tensorflow/tfjs-node": { version: "3.21.0" }, "@tensorflow/tfjs-core": { version: "3.21.0" } };
    await withPackages(packages, (folder) =>
      passesOver([folder], /tfjs-node in \S+ uses tfjs-core 3\.21\.0, but only 4\.22\.0 works/),
    );
  });

  it("refuses one whose native addon was never built, before it registers anything", async () => {
    const packages = {
      "@tensorflow/tfjs-node": { version: "4.22.0", code: "throw new Error('must not be loaded')" },
      "@tensorflow/tfjs-core": { version: "4.22.0" },
      "@mapbox/node-pre-gyp": { version: "1.0.9", code: "exports.find = () => __dirname + '/tfjs_binding.node'" },
    };
    await withPackages(packages, (folder) =>
      passesOver([folder], /lacks its native addon \S+tfjs_binding\.node; run npm rebuild/),
    );
  });

  it("refuses one that fails to load, with its first line as the reason, and goes on to the next", async () => {
    const packages = {
      "@tensorflow/tfjs-node": {
        version: "4.22.0",
        code: "throw new Error('libtensorflow.so.2 is missing.\\nLook here')",
      },
      "@tensorflow/tfjs-core": { version: "4.22.0" },
      "@mapbox/node-pre-gyp": { version: "1.0.9", code: "exports.find = () => __filename" },
    };
    await withPackages(packages, (broken) =>
      withPackages({ "@tensorflow/tfjs-node": { version: "4.22.0" } }, (torn) =>
        passesOver([broken, torn], /cannot be loaded \(libtensorflow\.so\.2 is missing\); \S+ in \S+ is not whole/),
      ),
    );
  });
});

describe("openEngine with tfjs-node", function () {
  this.timeout(60_000);
  it("prefers it, shares its registry, and has it compute", async function () {
    this.timeout(60_000);
    const engine = await openEngine({ backend: "auto", tfjsNodeFolders: ["/nowhere", needsTfjsNode(this)] });
    try {
      assert.equal(engine.backend.name, "tensorflow");
      assert.match(engine.backend.detail, /^libtensorflow 2\.\d+\.\d+$/);
      assert.deepEqual(engine.backend.passedOver, []);
      assert.equal(tf.getBackend(), "tensorflow");
      // Slices and concatenations are where the functions missing from Node 23 were called.
      const joined = tf.tidy(() => tf.concat([tf.slice(tf.tensor1d([1, 2, 3]), 1, 2), tf.tensor1d([4])]));
      assert.deepEqual([...(await joined.data())], [2, 3, 4]);
      joined.dispose();
      for (const name of ["isArray", "isNullOrUndefined"])
        assert.equal(typeof (util as Record<string, unknown>)[name], "function");
    } finally {
      engine.dispose();
    }
  });
});
