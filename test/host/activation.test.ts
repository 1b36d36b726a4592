import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { commands } from "vscode";
import { commands as declared } from "../../src/extension/ids.ts";
import { secateur } from "./support/secateur.ts";

// First of the host tests by name: the others use the extension, and so activate it.
describe("activation", () => {
  it("waits until the extension is used", () => {
    assert.equal(secateur().isActive, false);
    assert.deepEqual(secateur().packageJSON.activationEvents.includes("*"), false);
  });

  it("registers every command", async () => {
    const before = performance.now();
    await secateur().activate();
    const tookMs = performance.now() - before;
    // For the benchmark: a test that fails on a busy machine says nothing.
    const results = process.env.SECATEUR_RESULTS;
    if (results) writeFileSync(join(results, "activation.json"), JSON.stringify({ tookMs }));
    const registered = new Set(await commands.getCommands(true));
    for (const command of Object.values(declared)) assert.ok(registered.has(command), command);
  });
});
