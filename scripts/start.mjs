// `npm start`: set up, build, open the sample workspace in VS Code. `npm start -- --browser` asks for the one in
// the browser even where a desktop VS Code is installed.
import { ensureSampleData } from "./sampleData.mjs";
import { build, ensureInstalled } from "./setup.mjs";

ensureInstalled();
try {
  await ensureSampleData();
  build();
  const { register } = await import("tsx/esm/api");
  register();
  const { serve, startDesktop } = await import("./vscode/start.ts");
  if (process.argv.includes("--browser") || !(await startDesktop())) await serve();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
