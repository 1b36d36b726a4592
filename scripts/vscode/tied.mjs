// Runs the program its first argument names and ends with its parent, even one killed outright: the parent holds
// the other end of standard input. (A --import hook would leak into the processes that VS Code forks.)
import { pathToFileURL } from "node:url";

process.stdin.resume().on("close", () => {
  // This process leads a group of its own, which holds everything VS Code has forked.
  if (process.platform !== "win32") process.kill(-process.pid, "SIGKILL");
  process.exit(1);
});
process.argv.splice(1, 1);
await import(pathToFileURL(process.argv[1]).href);
