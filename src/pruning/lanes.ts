/**
 * Does work on every item, on up to `lanes` of them at once, in order of their beginning. After a failure no other
 * item is begun; it is thrown once those already begun have ended, so that nothing goes on behind the caller's back.
 */
export async function inLanes<T>(items: readonly T[], lanes: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const item = items[next++] as T;
      try {
        await work(item);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
  const failed = ended.find((each) => each.status === "rejected");
  if (failed) throw failed.reason;
}
