import { existsSync, readdirSync, realpathSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { cacheRoot } from "../../scripts/vscode/cache.ts";

const driver = "vk_swiftshader_icd.json";
const loader = "libvulkan.so.1";

/** Of glibc's dlopen: keeps a library although Node, which finds no addon in it, closes it again. */
const noDelete = 0x1000;

/**
 * Has Vulkan run on the processor in this process, by the SwiftShader that every Chromium brings, so that WebGPU can
 * be tested on a machine without a graphics card. A driver that VK_DRIVER_FILES names is left alone.
 * @returns whether there is a driver now
 */
export function offerSwiftShader(): boolean {
  if (process.platform !== "linux" || process.env.VK_DRIVER_FILES) return true;
  const folder = chromiums().find((each) => existsSync(join(each, driver)) && existsSync(join(each, loader)));
  if (folder === undefined) return false;
  process.env.VK_DRIVER_FILES = join(folder, driver);
  try {
    process.dlopen({ exports: {} }, join(folder, loader), constants.dlopen.RTLD_NOW | noDelete);
  } catch {
    // It is no addon, but it is loaded: Dawn finds it by its name.
  }
  return true;
}

/** For programs that are started: where the library lies that `offerSwiftShader` has loaded into this one. */
export function driverPath(): NodeJS.ProcessEnv {
  const { VK_DRIVER_FILES: driver, LD_LIBRARY_PATH: path } = process.env;
  return driver ? { LD_LIBRARY_PATH: [dirname(driver), ...(path ? [path] : [])].join(":") } : {};
}

/** Where Chromium may be: the one that CHROME_PATH names, those of the tests, those of distributions. */
function chromiums(): string[] {
  const { CHROME_PATH: path } = process.env;
  return [
    ...(path && existsSync(path) ? [dirname(realpathSync(path))] : []),
    ...(existsSync(cacheRoot) ? readdirSync(cacheRoot) : [])
      .filter((name) => name.startsWith("chromium-") && !name.endsWith(".partial"))
      .map((name) => join(cacheRoot, name)),
    "/usr/lib/chromium",
    "/usr/lib/chromium-browser",
    "/opt/google/chrome",
  ];
}
