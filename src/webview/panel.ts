import { h, render } from "preact";
import type { ToPanel } from "../protocol/panel.ts";
import { App } from "./components/App.tsx";
import "./styles/panel.css";
import { type Action, initialState, reduce } from "./state.ts";
import { vscode } from "./vscodeApi.ts";

// The Pareto page. The host sends whole snapshots, the page draws them and says what a person did.

const page = document.getElementById("page") ?? document.body;
let state = initialState(vscode.getState());

function dispatch(action: Action): void {
  const next = reduce(state, action);
  if (next === state) return;
  if (next.intent !== state.intent) vscode.setState(next.intent);
  // Only what a person selects here: what the host asked for it knows.
  const { selected } = next.intent;
  if (action.type === "select" && selected !== undefined && selected !== state.intent.selected)
    vscode.postMessage({ type: "select", trial: selected });
  state = next;
  draw();
}

function draw(): void {
  render(h(App, { state, dispatch, post: (message) => vscode.postMessage(message) }), page);
}

window.addEventListener("message", ({ data }: MessageEvent<Partial<ToPanel> | undefined>) => {
  if (data?.type === "state") dispatch({ type: "snapshot", snapshot: data as ToPanel });
  else console.warn("Secateur: a message the page does not know", data);
});

draw();
vscode.postMessage({ type: "ready" });
