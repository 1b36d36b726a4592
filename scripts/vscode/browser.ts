// The browser that shows the workbench to tests.
import { type Browser, chromium } from "playwright-core";
import { ensureChromium } from "./chromium.ts";

/** Opens a headless Chromium. It ends with this process. @throws {KitError} where there is none */
export async function openBrowser(): Promise<Browser> {
  const { executable, env } = await ensureChromium();
  return chromium.launch({
    executablePath: executable,
    env: { ...(process.env as Record<string, string>), ...env },
    args: [
      "--no-sandbox", // Containers and root have no sandbox, and only our own server is ever opened.
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
