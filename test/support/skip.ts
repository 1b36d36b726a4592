import type { Context, Runnable } from "mocha";

const reasons = new WeakMap<object, string>();

/** Skips the calling test, or from a `before` hook its whole suite, with a reason the reporter prints. */
export function skipBecause(context: Context, reason: string): never {
  const runnable = context.runnable();
  const skipped = "type" in runnable && runnable.type === "hook" ? (runnable.parent ?? runnable) : runnable;
  reasons.set(skipped, reason);
  return context.skip();
}

/** Why a test was skipped, as far as it said. */
export function skipReason(test: Runnable): string {
  let place: { parent?: object | undefined } | undefined = test;
  while (place) {
    const reason = reasons.get(place);
    if (reason) return reason;
    place = place.parent;
  }
  return "it did not say why";
}
