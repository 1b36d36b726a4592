import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { reasonOf, SecateurError } from "../../errors.ts";
import { findPackage, placesText } from "../packages.ts";

/** The version that Secateur is tested with; others are taken too. */
const version = "0.6.2";

/** Dawn, Chromium's WebGPU, as the npm package webgpu makes it a module of Node. */
export interface Dawn {
  /** What browsers have as global names: GPUBufferUsage and others. */
  readonly globals: Readonly<Record<string, unknown>>;
  /** Where it was loaded from. */
  readonly folder: string;
  readonly gpu: GPU;
}

/**
 * By folder, and kept for good: on Node 24 a second one stands still, or takes the process with it, while the first is
 * collected.
 */
const instances = new Map<string, GPU>();

/**
 * Loads Dawn as the first of some folders has it installed.
 * @throws SecateurError `backend`
 */
export async function loadDawn(folders: readonly string[]): Promise<Dawn> {
  const [path] = findPackage("webgpu", folders);
  if (path === undefined) {
    throw new SecateurError(
      "backend",
      `The WebGPU backend needs the npm package webgpu, which is not installed${placesText(folders)}; run npm install webgpu@${version} there.`,
    );
  }
  const folder = dirname(path);
  try {
    const { create, globals } = (await import(pathToFileURL(path).href)) as Pick<Dawn, "globals"> & {
      create(options: string[]): GPU;
    };
    const gpu = instances.get(folder) ?? create([]);
    instances.set(folder, gpu);
    return { gpu, globals, folder };
  } catch (error) {
    throw new SecateurError(
      "backend",
      `The WebGPU backend cannot load the npm package webgpu from ${folder} (${firstLine(reasonOf(error))}); install it again there.`,
      error instanceof Error ? error.stack : undefined,
      { cause: error },
    );
  }
}

const firstLine = (text: string): string => text.split("\n", 1)[0]?.trim().replace(/\.$/, "") ?? "";
