/**
 * How far a job has come.
 * @param fraction 0 to 1 over the whole
 */
export type Progress = (fraction: number, message: string) => void;

/** Progress that never goes back, whatever it is told. */
export function onlyForward(progress: Progress): Progress {
  let furthest = 0;
  return (fraction, message) => {
    furthest = Math.max(furthest, fraction);
    progress(furthest, message);
  };
}

/**
 * A part of a job's progress, given as its share of the whole; its own progress of 0 to 1 is scaled into it.
 * @param from where the part begins in the whole, 0 to 1
 */
export function partOf(progress: Progress, from: number, share: number): Progress {
  return (fraction, message) => progress(from + share * Math.min(1, Math.max(0, fraction)), message);
}
