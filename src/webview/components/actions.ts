import type { FromPanel } from "../../protocol/panel.ts";

/** What can be done with a trial's model, in the order of buttons. */
export const modelActions = [
  { type: "openModel", icon: "open", label: "Open", title: "Open the model" },
  { type: "revealModel", icon: "reveal", label: "Reveal", title: "Reveal the model's file" },
  { type: "inspectModel", icon: "layers", label: "Layers", title: "Show the model's layers in the side bar" },
] as const satisfies readonly {
  readonly type: Exclude<FromPanel["type"], "ready" | "select">;
  readonly icon: string;
  readonly label: string;
  readonly title: string;
}[];

/** Tells the host what a person did. */
export type Post = (message: FromPanel) => void;
