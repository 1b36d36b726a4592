import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { useSession } from "./support/session.ts";

describe("The workbench", () => {
  const session = useSession();

  it("shows the sample workspace in the explorer", async () => {
    const { workbench, folder } = session();
    for (const name of await readdir(folder)) assert.ok(await (await workbench.explorerRow(name)).isVisible());
  });
});
