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
  /** @param options such as `backend=vulkan` */
  create(options: string[]): GPU;
}

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
    const { create, globals } = (await import(pathToFileURL(path).href)) as Pick<Dawn, "create" | "globals">;
    return { create, globals, folder };
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
