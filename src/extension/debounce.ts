/** Calls `act` once the calls have been quiet for `quiet` ms, but no later than `longest` ms after the first. */
export function debounced(act: () => void, quiet: number, longest: number): { call(): void; dispose(): void } {
  let timer: NodeJS.Timeout | undefined;
  let first = 0;
  const run = () => {
    timer = undefined;
    act();
  };
  return {
    call() {
      const now = Date.now();
      if (timer === undefined) first = now;
      else clearTimeout(timer);
      timer = setTimeout(run, Math.max(0, Math.min(quiet, first + longest - now)));
    },
    dispose() {
      clearTimeout(timer);
    },
  };
}
