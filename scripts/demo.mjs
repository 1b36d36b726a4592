// `npm run demo`: prunes the sample model on real MNIST at several sparsities, from a fresh clone on, and leaves a
// run in the sample workspace.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { ensureSampleData, samples } from "./sampleData.mjs";
import { build, ensureInstalled, root } from "./setup.mjs";

const sparsities = "0.3,0.5,0.7,0.8,0.9,0.95";

ensureInstalled();
console.error("Building …");
build();
await ensureSampleData();

console.error(`Pruning samples/mnist-cnn on the 10,000 MNIST test images, at sparsities ${sparsities} …\n`);
const program = join(root, "dist", "cli.js");
const options = ["--method", "magnitude", "--sparsity", sparsities, "--data", join("data", "mnist")];
const pruning = spawn(process.execPath, [program, "prune", join("mnist-cnn", "model.json"), ...options], {
  cwd: samples,
  stdio: "inherit",
});
process.on("SIGINT", () => {}); // Ctrl+C reaches the program too, which first brings its run to a safe end.
const [status] = await once(pruning, "exit");
if (status !== 0) process.exit(status ?? 1);

console.log(`
The run and its pruned models lie in ${join("samples", ".secateur", "runs")}.
To see it in VS Code: npm start, then choose Secateur in the activity bar on the left. The run is under Runs; its
chart shows the trials above as points. Or right-click mnist-cnn/model.json and choose Prune Model… for another run.`);
