import type { Answers, Removals } from "../../criteria/evidence.ts";
import type { Subject } from "../../criteria/views.ts";
import type { Feed } from "../../data/feed.ts";
import { spread } from "../../data/split.ts";
import { evaluate } from "../../engine/evaluate.ts";
import type { Probe } from "../../engine/probing/contract.ts";
import { type Experiment, withProbe } from "./laboratory.ts";
import { forEachRead, type Reading, readingsOf } from "./reading.ts";

/**
 * How the model answers validation images without each of its free channels, one at a time: the weights that read it at
 * zero, as if it were not there. As many forward passes over the images as there are channels.
 * @returns `after` has one entry per channel of the network; none for those that are locked or that no weight reads
 * @throws SecateurError `cancelled`, or as `Engine.probe` and `evaluate`
 */
export async function gatherRemovals(subject: Subject, experiment: Experiment): Promise<Removals> {
  const laboratory = experiment.laboratory();
  const { validation } = laboratory;
  const feed = { ...validation, split: spread(validation.split, experiment.images) };
  const readers = readersOf(subject);
  const tried = subject.channels.groups.flatMap((group) =>
    Array.from(group.free)
      .filter((channel) => readers.has(channel))
      .map((channel) => ({ channel, group: group.name })),
  );
  const after: (Answers | undefined)[] = Array(subject.channels.count).fill(undefined);
  return withProbe(subject, laboratory, async (probe) => {
    const before = await answersOf(probe, feed, experiment);
    for (const [done, { channel, group }] of tried.entries()) {
      const read = readers.get(channel) ?? [];
      probe.assign(new Map(read.map((reading) => [reading.weight.name, without(reading, channel)])));
      after[channel] = await answersOf(probe, feed, experiment);
      probe.assign(new Map(read.map(({ weight, values }) => [weight.name, values])));
      experiment.progress(
        (done + 1) / tried.length,
        `trying without channel ${done + 1} of ${tried.length} (${group})`,
      );
    }
    return { images: feed.split.count, before, after };
  });
}

async function answersOf({ loaded }: Probe, { split, fit, scaling }: Feed, { signal }: Experiment): Promise<Answers> {
  const { accuracy, loss } = await evaluate(loaded, split, fit, scaling, { signal });
  return { accuracy, loss };
}

/** By channel: what reads it. */
function readersOf(subject: Subject): Map<number, Reading[]> {
  const readers = new Map<number, Reading[]>();
  for (const reading of readingsOf(subject)) {
    for (const channel of new Set(reading.channels)) {
      readers.set(channel, [...(readers.get(channel) ?? []), reading]);
    }
  }
  return readers;
}

function without(reading: Reading, removed: number): Float32Array {
  const values = reading.values.slice();
  forEachRead(reading, (channel, element) => {
    if (channel === removed) values[element] = 0;
  });
  return values;
}
