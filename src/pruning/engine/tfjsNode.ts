import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import util from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { reasonOf, SecateurError } from "../errors.ts";
import type { BackendOpener } from "./backend.ts";
import { findPackage, placesText } from "./packages.ts";
import { repairKernels } from "./repairs.ts";
import { trainingKernels } from "./training/gradients.ts";

const packageName = "@tensorflow/tfjs-node";

/**
 * TensorFlow's own kernels, through @tensorflow/tfjs-node as some folder has it installed. It brings its own copy
 * of tfjs-core; both copies keep backends and kernels in one registry on `globalThis`, so models loaded by ours
 * run on it, bundled or not.
 */
export const openTfjsNode: BackendOpener = async ({ tfjsNodeFolders, log }) => {
  const found = findPackage(packageName, tfjsNodeFolders, "package.json");
  if (found.length === 0) {
    throw new SecateurError("backend", `${packageName} is not installed${placesText(tfjsNodeFolders)}.`);
  }
  const refusals: string[] = [];
  for (const path of found) {
    try {
      loadPackage(path);
      log(`${packageName} was loaded from ${dirname(path)}.`);
      return await activate();
    } catch (error) {
      refusals.push(`${packageName} in ${dirname(path)} ${reasonOf(error)}`);
    }
  }
  throw new SecateurError("backend", `${refusals.join("; ")}.`);
};

/** Loads tfjs-node, which registers its backend. Throws the end of a sentence that begins with its name. */
function loadPackage(path: string): void {
  const require = createRequire(path);
  const core = versionIn(require, "@tensorflow/tfjs-core/package.json");
  if (core !== tf.version_core) {
    throw new Error(
      `uses tfjs-core ${core}, but only ${tf.version_core} works with Secateur; install that version there`,
    );
  }
  // A tfjs-node without its addon registers half of itself before it fails: look for the addon first.
  const addon = locateAddon(require, path);
  if (!existsSync(addon)) {
    throw new Error(`lacks its native addon ${addon}; run npm rebuild ${packageName} --build-addon-from-source there`);
  }
  restoreUtilFunctions();
  // Else TensorFlow greets on standard error.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  try {
    require(addon);
    require(packageName);
  } catch (error) {
    throw new Error(`cannot be loaded (${firstLine(reasonOf(error))})`, { cause: error });
  }
}

function versionIn(require: NodeJS.Require, packageJson: string): string {
  try {
    return JSON.parse(readFileSync(require.resolve(packageJson), "utf8")).version;
  } catch (error) {
    throw new Error(`is not whole (${firstLine(reasonOf(error))}); install it again`, { cause: error });
  }
}

function locateAddon(require: NodeJS.Require, packageJson: string): string {
  try {
    return require("@mapbox/node-pre-gyp").find(packageJson);
  } catch (error) {
    throw new Error(`cannot tell where its native addon is (${firstLine(reasonOf(error))})`, { cause: error });
  }
}

/** tfjs-node 4.22 calls two functions of `util` that Node 23 removed, or warns of at every start. */
function restoreUtilFunctions(): void {
  const isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  Object.assign(util, { isArray: Array.isArray, isNullOrUndefined });
}

async function activate() {
  if (!(await tf.setBackend("tensorflow"))) throw new Error("did not start");
  const dispose = repairKernels("tensorflow", trainingKernels);
  const { binding } = tf.backend() as tf.KernelBackend & { binding?: { TF_Version?: string } };
  return { detail: `libtensorflow ${binding?.TF_Version ?? "of unknown version"}`, verify() {}, dispose };
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]?.trim().replace(/\.$/, "") ?? "";
}
