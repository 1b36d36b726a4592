/** What a long step needs to go on from where it is. */
export interface Snapshot {
  /** Plain data, as JSON has it. */
  readonly json: unknown;
  readonly arrays: ReadonlyMap<string, Float32Array | Uint8Array>;
}

/** Where a long step keeps its snapshots, so that it can be taken up again after its process has gone. */
export interface Checkpoint {
  /** The last snapshot that was saved; none where there is none, or it is damaged. */
  load(): Promise<Snapshot | undefined>;
  /** Replaces the snapshot, and returns once it would outlive the process. All or nothing. */
  save(snapshot: Snapshot): Promise<void>;
}

/** Share of a step's time that saving may take. */
const costliest = 0.05;
/** How long a step goes on without a snapshot, in ms, where that share allows it. */
const interval = 30_000;

/** A checkpoint that saves no more often than is worth it. */
export interface PacedCheckpoint {
  /**
   * Says that this is a moment to go on from. Saves at moments that are good ones, such as the end of an epoch, and
   * at others every 30 s; but never so often that it takes more than 5 % of the time.
   * @param take makes the snapshot, where it is time for one
   */
  offer(moment: "good" | "any", take: () => Promise<Snapshot>): Promise<void>;
  /** Saves at once: the step is about to end early. */
  save(take: () => Promise<Snapshot>): Promise<void>;
}

/** @param now the time in ms, from any beginning */
export function paced(checkpoint: Checkpoint, now: () => number = () => performance.now()): PacedCheckpoint {
  let last = now();
  let cost = 0;
  const save = async (take: () => Promise<Snapshot>) => {
    const start = now();
    await checkpoint.save(await take());
    last = now();
    cost = last - start;
  };
  return {
    save,
    async offer(moment, take) {
      const worth = cost / costliest;
      if (now() - last >= (moment === "good" ? worth : Math.max(worth, interval))) await save(take);
    },
  };
}
