import { join } from "node:path";

/** The project's root folder. */
export const projectRoot = join(import.meta.dirname, "..", "..");

/** The built terminal program. */
export const cli = join(projectRoot, "dist", "cli.js");
