import type { FromPanel } from "../protocol/panel.ts";

/** What VS Code gives a webview, once. */
interface VsCodeApi {
  postMessage(message: FromPanel): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The line to the extension host. VS Code hands it out only once, so only this module asks. */
export const vscode: VsCodeApi = acquireVsCodeApi();
