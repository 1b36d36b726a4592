// `npm test`: set up, build, then every floor; the last line counts the tests. `npm test -- unit host` runs only
// those floors, and `--grep TITLE` only the tests with that in their titles.
import { parseArgs } from "node:util";
import { ensureSampleData } from "./sampleData.mjs";
import { build, ensureInstalled } from "./setup.mjs";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { grep: { type: "string" } } });
let total = { passed: 0, failed: 1, skipped: 0 };
try {
  ensureInstalled();
  await ensureSampleData();
  build();
  const { register } = await import("tsx/esm/api");
  register();
  const { floorNames, runFloors } = await import("./test/floors.ts");
  total = await runFloors(positionals.length > 0 ? positionals : floorNames, values.grep);
} catch (error) {
  console.error(`The tests could not run: ${error.message}`);
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
