// One VS Code for the tests of a suite: a fresh workspace, a server, a browser page.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openBrowser } from "../../../scripts/vscode/browser.ts";
import { ensureVsCodeKit } from "../../../scripts/vscode/kit.ts";
import { startServer } from "../../../scripts/vscode/server.ts";
import { projectRoot } from "../../support/corpus.ts";
import { freshWorkspace } from "../../support/workspace.ts";
import { Workbench } from "./workbench.ts";

/** What a session opens. */
export interface SessionOptions {
  /** The folder to copy and open; by default the sample workspace. */
  workspace?: string;
  /** Whether the workspace is trusted; true by default. With false VS Code opens it in Restricted Mode. */
  trust?: boolean;
  /** User settings over the quiet ones. */
  settings?: Record<string, unknown>;
  /** Environment variables for the extension host. */
  env?: Record<string, string>;
}

/** An open VS Code. */
export interface Session {
  page: Page;
  workbench: Workbench;
  /** The workspace's folder, a copy that the test may change. */
  folder: string;
  close(): Promise<void>;
}

/** One folder a row, and no tips that come up where the pointer was left and lie over what is clicked next. */
const stillSettings = { "explorer.compactFolders": false, "workbench.hover.delay": 600_000 };

const results = join(projectRoot, "test-results", "ui");

/** Opens VS Code in a browser with the extension in it, and waits until the explorer shows the workspace. */
export async function openSession(options: SessionOptions = {}): Promise<Session> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closeOne of closers.splice(0).reverse()) await closeOne();
  };
  try {
    const workspace = await freshWorkspace(options.workspace);
    closers.push(workspace.remove);
    const dataDir = await mkdtemp(join(tmpdir(), "sec-"));
    closers.push(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
    const server = await startServer({
      kit: await ensureVsCodeKit(),
      workspace: workspace.folder,
      extension: projectRoot,
      dataDir,
      logFile: join(results, "server.log"),
      trust: options.trust ?? true,
      settings: { ...stillSettings, ...options.settings },
      ...(options.env ? { env: options.env } : {}),
    });
    closers.push(server.stop);
    const browser = await openBrowser();
    closers.push(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(server.url);
    const workbench = new Workbench(page, workspace.name);
    await workbench.ready();
    return { page, workbench, folder: workspace.folder, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Gives the suite it is called in one session, opened before its first test and closed after its last. When a test
 * fails, a picture of the window is kept in test-results/ui.
 * @returns a function that gives the session, for use inside tests and hooks
 */
export function useSession(options: SessionOptions = {}): () => Session {
  let session: Session | undefined;
  before(async () => {
    session = await openSession(options);
  });
  afterEach(async function () {
    if (this.currentTest?.state !== "failed") return;
    const name = this.currentTest.fullTitle().replaceAll(/[^\w-]+/g, "-");
    await session?.workbench.screenshot(join(results, `${name}.png`));
  });
  after(() => session?.close());
  return () => {
    if (!session) throw new Error("The session is open only inside tests and hooks.");
    return session;
  };
}
