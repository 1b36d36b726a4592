import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import type { Context } from "mocha";
import type { BackendName, Engine } from "../../../src/pruning/engine/engine.ts";
import { type EngineOptions, openEngine } from "../../../src/pruning/engine/open.ts";
import { projectRoot } from "../../support/corpus.ts";
import { skipBecause } from "../../support/skip.ts";
import { offerSwiftShader } from "../../support/swiftShader.ts";

/** Where a machine may have a working tfjs-node; SECATEUR_TFJS_NODE names another place. */
export const tfjsNodeFolder = process.env.SECATEUR_TFJS_NODE ?? join(homedir(), ".cache", "tfjs-node-native");

const hasTfjsNode = existsSync(join(tfjsNodeFolder, "node_modules", "@tensorflow", "tfjs-node"));

/** The folder of tfjs-node; skips the calling test, saying so, where there is none. */
export function needsTfjsNode(test: Context): string {
  if (!hasTfjsNode) skipBecause(test, `${tfjsNodeFolder} holds no @tensorflow/tfjs-node`);
  return tfjsNodeFolder;
}

/** Where webgpu is installed; skips the calling test, saying so, where it is not, or finds no adapter. */
export function needsWebGpu(test: Context): string {
  if (!existsSync(join(projectRoot, "node_modules", "webgpu")))
    skipBecause(test, "the package webgpu is not installed");
  if (!offerSwiftShader()) skipBecause(test, "there is no Chromium whose SwiftShader could stand in for a GPU");
  return projectRoot;
}

/** Everywhere that a model can run. */
export const places = ["wasm, 1 thread", "wasm, 2 threads", "cpu", "tensorflow", "webgpu"] as const;
export type Place = (typeof places)[number] | BackendName;

/** When whoever has an engine in `withEngine` is done with it. */
let free: Promise<unknown> = Promise.resolve();

/**
 * Opens an engine once there is none. A process has one at a time: what a test goes on with that ran out of time is waited
 * for, so that one slow test does not fail all that follow.
 */
export const openWhenFree = (options: EngineOptions): Promise<Engine> => free.then(() => openEngine(options));

/** Opens a backend for the length of `use`; skips the test where the machine lacks it. */
export async function withEngine<T>(test: Context, place: Place, use: (engine: Engine) => Promise<T>): Promise<T> {
  const options = optionsFor(test, place);
  const used = openWhenFree(options).then(async (engine) => {
    try {
      return await use(engine);
    } finally {
      engine.dispose();
    }
  });
  free = used.catch(() => {});
  return used;
}

/** @param test skipped where the machine lacks the backend */
export function optionsFor(test: Context, place: Place): EngineOptions {
  const [backend, threads] = place.split(", ") as [BackendName, string?];
  const tfjsNodeFolders = backend === "tensorflow" ? [needsTfjsNode(test)] : [];
  const webgpuFolders = backend === "webgpu" ? [needsWebGpu(test)] : [];
  return { backend, tfjsNodeFolders, webgpuFolders, ...(threads && { threads: Number.parseInt(threads, 10) }) };
}

/** Loading and using a model must leave no tensor behind. */
export async function withoutLeak<T>(use: () => Promise<T>): Promise<T> {
  const before = tf.memory().numTensors;
  const result = await use();
  assert.equal(tf.memory().numTensors, before, "tensors are left behind");
  return result;
}
