import { SecateurError } from "../pruning/errors.ts";

/** Lets one piece of work go at a time, in the order they came. */
export class TurnTaking {
  #last: Promise<void> = Promise.resolve();

  /** @throws SecateurError `cancelled` if `signal` fires before the turn has come */
  async take<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    let done = () => {};
    const mine = new Promise<void>((resolve) => {
      done = resolve;
    });
    this.#last = before.then(() => mine);
    try {
      await Promise.race([before, abortion(signal)]);
      return await work();
    } finally {
      done();
    }
  }
}

function abortion(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new SecateurError("cancelled", "Cancelled."));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
