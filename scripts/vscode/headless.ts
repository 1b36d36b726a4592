// One run of extension tests where there is no desktop: server, browser, and the end the tests report.
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { openBrowser } from "./browser.ts";
import { ensureVsCodeKit } from "./kit.ts";
import { startServer } from "./server.ts";

const limitMs = 8 * 60_000;

/**
 * Opens VS Code with arguments such as the desktop program's, and waits until the extension's tests have ended.
 * SECATEUR_RESULTS names the folder for the logs of the server and the workbench.
 * @returns the exit status: 0 if the tests passed
 */
export async function runHeadless(args: string[]): Promise<number> {
  const scratch = await mkdtemp(join(tmpdir(), "secateur-code-"));
  const closers: (() => Promise<void>)[] = [() => rm(scratch, { recursive: true, force: true, maxRetries: 3 })];
  try {
    const { extension, tests, userDataDir, folder, trust } = parse(args);
    const results = process.env.SECATEUR_RESULTS ?? scratch;
    const server = await startServer({
      kit: await ensureVsCodeKit(),
      workspace: folder ?? scratch,
      extension,
      tests,
      dataDir: userDataDir ?? join(scratch, "data"),
      logFile: join(results, "server.log"),
      trust,
    });
    closers.push(server.stop);
    const browser = await openBrowser();
    closers.push(() => browser.close());
    const page = await browser.newPage();
    const ended = testsEnd(page, join(results, "workbench.log"));
    await page.goto(server.url);
    return await ended;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** The status the workbench gives when the extension host has run the tests, or 1 if it cannot get there. */
async function testsEnd(page: Page, logFile: string): Promise<number> {
  await page.exposeFunction("codeAutomationLog", (kind: string, args: unknown[]) =>
    appendFile(
      logFile,
      `[${kind}] ${args.map((each) => (typeof each === "string" ? each : JSON.stringify(each))).join(" ")}\n`,
    ),
  );
  return new Promise((resolveWith, reject) => {
    const limit = setTimeout(() => fail(`did not end within ${limitMs / 60_000} minutes`), limitMs);
    const fail = (what: string) => {
      clearTimeout(limit);
      reject(new Error(`The tests in VS Code ${what}; the workbench's log is ${logFile}.`));
    };
    page.on("crash", () => fail("lost their browser page, which crashed"));
    page.on("close", () => fail("lost their browser page, which closed"));
    page.exposeFunction("codeAutomationExit", (status: number) => {
      clearTimeout(limit);
      resolveWith(status);
    });
  });
}

function parse(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    strict: false, // Most of the desktop's switches mean nothing here.
    allowPositionals: true,
    options: {
      extensionDevelopmentPath: { type: "string" },
      extensionTestsPath: { type: "string" },
      "user-data-dir": { type: "string" },
      "disable-workspace-trust": { type: "boolean" },
    },
  });
  const path = (value: unknown): string | undefined => (typeof value === "string" ? resolve(value) : undefined);
  const extension = path(values.extensionDevelopmentPath);
  const tests = path(values.extensionTestsPath);
  if (!extension || !tests) {
    throw new Error("Give --extensionDevelopmentPath=FOLDER and --extensionTestsPath=MODULE.");
  }
  return {
    extension,
    tests,
    userDataDir: path(values["user-data-dir"]),
    folder: path(positionals[0]),
    trust: values["disable-workspace-trust"] === true,
  };
}
