import type { Context, Runnable } from "mocha";

/** Kept on the test itself, because the reporter and the tests do not always share this module's instance. */
const reasonKey: unique symbol = Symbol.for("secateur.skipReason");

interface Skippable {
  [reasonKey]?: string;
  parent?: Skippable | undefined;
}

/** Skips the calling test, or from a `before` hook its whole suite, with a reason the reporter prints. */
export function skipBecause(context: Context, reason: string): never {
  const runnable = context.runnable();
  const skipped: Skippable = "type" in runnable && runnable.type === "hook" ? (runnable.parent ?? runnable) : runnable;
  skipped[reasonKey] = reason;
  return context.skip();
}

/** Why a test was skipped, as far as it, or a suite around it, said. */
export function skipReason(test: Runnable): string {
  for (let place: Skippable | undefined = test; place; place = place.parent) {
    const reason = place[reasonKey];
    if (reason) return reason;
  }
  return "it did not say why";
}
