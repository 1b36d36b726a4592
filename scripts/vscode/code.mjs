#!/usr/bin/env node
// Takes the arguments of the desktop `code` program that @vscode/test-electron gives it, and runs the extension's
// tests in the server's VS Code and a headless browser instead.
import { register } from "tsx/esm/api";

register();
const { runHeadless } = await import("./headless.ts");
process.exit(await runHeadless(process.argv.slice(2)));
