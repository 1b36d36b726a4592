import { findSourceMap } from "node:module";

/**
 * Names source lines in a stack trace that names lines of the built tests. Node would, but VS Code's extension host
 * formats stack traces its own way. Needs `process.setSourceMapsEnabled(true)` before the tests are loaded.
 */
export function withSourceLines(stack: string): string {
  return stack.replaceAll(/([^\s(]+\.cjs):(\d+):(\d+)/g, (place, file: string, line: string, column: string) => {
    const entry = findSourceMap(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (!entry || !("originalSource" in entry)) return place;
    return `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}
