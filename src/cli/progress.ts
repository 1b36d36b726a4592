import { SingleBar } from "cli-progress";
import type { JobEvents } from "../pruning/recipe/events.ts";

/** A job's events on standard error: a bar where a person looks on, lines where the output is kept. */
export interface ProgressDisplay {
  readonly events: JobEvents;
  stop(): void;
}

/** Lines are printed no more often than every tenth of the job, bars redrawn as often as the eye follows. */
const lineShare = 0.1;

/** Opens a display; call `stop` before printing results. */
export function showProgress(): ProgressDisplay {
  return process.stderr.isTTY ? bar() : lines();
}

function bar(): ProgressDisplay {
  const drawn = new SingleBar({
    stream: process.stderr,
    format: "{bar} {percentage} % · {message}",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
  });
  drawn.start(1000, 0, { message: "starting" });
  const above = (text: string) => {
    process.stderr.write(`\r\u001b[K${text}\n`);
    drawn.render();
  };
  return {
    events: {
      progress: (fraction, message) => drawn.update(Math.round(fraction * 1000), { message }),
      runChanged: () => {},
      trial: () => {},
      log: (_level, message) => above(message),
    },
    stop: () => drawn.stop(),
  };
}

function lines(): ProgressDisplay {
  let shown = -1;
  return {
    events: {
      progress(fraction, message) {
        if (fraction - shown < lineShare && fraction < 1) return;
        if (fraction === shown) return;
        shown = fraction;
        process.stderr.write(`${Math.round(fraction * 100)} % · ${message}\n`);
      },
      runChanged: () => {},
      trial: () => {},
      log: (_level, message) => void process.stderr.write(`${message}\n`),
    },
    stop: () => {},
  };
}
