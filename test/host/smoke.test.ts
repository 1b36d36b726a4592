import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { extensions, version, workspace } from "vscode";

describe("VS Code", () => {
  const extension = extensions.getExtension("secateur.secateur");

  it("is of a version the extension asks for", () => {
    assert.ok(extension, "the extension is not installed");
    const asked = /^\^1\.(\d+)\./.exec(extension.packageJSON.engines.vscode);
    const [major, minor] = version.split(".").map(Number);
    assert.equal(major, 1);
    assert.ok(Number(minor) >= Number(asked?.[1]), `this is VS Code ${version}`);
  });

  it("has the extension from this folder", async () => {
    assert.ok(extension);
    const manifest = JSON.parse(await readFile(join(extension.extensionPath, "package.json"), "utf8"));
    assert.equal(extension.packageJSON.version, manifest.version);
    assert.equal(workspace.workspaceFolders?.length, 1);
  });
});
