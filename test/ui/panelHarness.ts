import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { panelHtml } from "../../src/extension/panel/html.ts";
import type { FromPanel, PanelState } from "../../src/protocol/panel.ts";
import { projectRoot } from "../support/corpus.ts";
import themes from "./themes.json" with { type: "json" };

export type ThemeName = keyof typeof themes;
export const themeNames = Object.keys(themes) as ThemeName[];

/** The page as VS Code would show it, in a plain browser. */
export interface PanelPage {
  readonly page: Page;
  /** As the host's `webview.postMessage`. */
  send(state: PanelState): Promise<void>;
  /** What the page said to the host so far. */
  said(): Promise<readonly FromPanel[]>;
  /** What the page gave to `setState` last. */
  persisted(): Promise<unknown>;
  setTheme(theme: ThemeName): Promise<void>;
  /** What broke the policy, or was thrown, or logged as an error. */
  readonly faults: readonly string[];
}

interface Recorder {
  readonly said: FromPanel[];
  persisted: unknown;
}

/** Serves the page with its own policy on 127.0.0.1, built from source. */
export class PanelHarness {
  private constructor(
    private readonly server: Server,
    private readonly browser: Browser,
  ) {}

  static async start(browser: Browser): Promise<PanelHarness> {
    const { outputFiles } = await build({
      absWorkingDir: projectRoot,
      entryPoints: { panel: "src/webview/panel.ts" },
      bundle: true,
      write: false,
      outdir: join(projectRoot, "dist", "webview"),
      target: "chrome128",
    });
    const asset = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? "";
    const html = panelHtml({
      nonce: "harness",
      cspSource: "'self' https://*.vscode-cdn.net",
      scriptUri: "/panel.js",
      styleUri: "/panel.css",
    });
    const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
      "/": ["text/html", html],
      "/panel.js": ["text/javascript", asset(".js")],
      "/panel.css": ["text/css", `${vscodeDefaults}\n${asset(".css")}`],
    };
    const server = createServer((request, response) => {
      const [type, text] = files[request.url ?? ""] ?? ["text/plain", ""];
      response.writeHead(text === "" ? 404 : 200, { "content-type": `${type}; charset=utf-8` }).end(text);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new PanelHarness(server, browser);
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Opens a fresh page; `persisted` is what `getState` gives. */
  async open(theme: ThemeName = "light", options: { width?: number; persisted?: unknown } = {}): Promise<PanelPage> {
    const page = await this.browser.newPage({ viewport: { width: options.width ?? 1200, height: 900 } });
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" && !message.location().url.endsWith("favicon.ico")) faults.push(message.text());
    });
    await page.addInitScript({ content: fakeHost(options.persisted) });
    const setTheme = (name: ThemeName) => page.evaluate(applyTheme, themes[name]);
    const { port } = this.server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}/`);
    await setTheme(theme);
    return {
      page,
      faults,
      setTheme,
      send: (state) => page.evaluate((message) => window.postMessage(message, "*"), state),
      said: () => page.evaluate(() => (window as unknown as { recorder: Recorder }).recorder.said),
      persisted: () => page.evaluate(() => (window as unknown as { recorder: Recorder }).recorder.persisted),
    };
  }
}

/** `acquireVsCodeApi` as VS Code gives it, but remembering. As text, since a bundler would rewrite a function. */
const fakeHost = (persisted: unknown) => `
  window.recorder = { said: [], persisted: ${JSON.stringify(persisted) ?? "undefined"} };
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => window.recorder.said.push(message),
    getState: () => window.recorder.persisted,
    setState: (state) => { window.recorder.persisted = state; },
  });`;

/** Sets a theme as VS Code does: variables on <html>, a class on <body>. */
function applyTheme({ body, variables }: { body: string; variables: Readonly<Record<string, string>> }): void {
  document.documentElement.removeAttribute("style");
  for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(name, value);
  document.body.className = body;
}

/** What VS Code's own style sheet for webviews sets, and the ground it draws behind them. */
const vscodeDefaults = `@layer vscode-default {
  html { scrollbar-color: var(--vscode-scrollbarSlider-background) var(--vscode-editor-background);
         background: var(--vscode-editor-background); }
  body { overscroll-behavior-x: none; background-color: transparent; color: var(--vscode-editor-foreground);
         font-family: var(--vscode-font-family); font-weight: var(--vscode-font-weight);
         font-size: var(--vscode-font-size); margin: 0; padding: 0 20px; }
  a { color: var(--vscode-textLink-foreground); }
}`;
