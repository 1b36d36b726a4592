import type { Activity } from "../../criteria/evidence.ts";
import type { Subject } from "../../criteria/views.ts";
import { forEachBatch } from "./batches.ts";
import { type Experiment, withProbe } from "./laboratory.ts";
import { measuredPlaces } from "./places.ts";

/**
 * How active channels are on training images, one number per channel of the network, at the places of `measuredPlaces`;
 * the mean where a channel is measured at several, or is several numbers of one output.
 * @throws SecateurError `cancelled`, or as `Engine.probe` and its `activity`
 */
export async function gatherActivity(subject: Subject, experiment: Experiment): Promise<Activity> {
  const { count } = subject.channels;
  const places = measuredPlaces(subject);
  const magnitude = new Float64Array(count);
  const zeros = new Float64Array(count);
  const times = new Uint32Array(count);
  const laboratory = experiment.laboratory();
  await withProbe(subject, laboratory, (probe) =>
    forEachBatch(laboratory.train, experiment, "measuring activations", async (batch) => {
      const measured = await probe.activity(batch, places);
      for (const [at, { channels }] of places.entries()) {
        const { magnitude: size, zeros: none } = measured[at] as (typeof measured)[number];
        for (const [i, channel] of channels.entries()) {
          magnitude[channel] = (magnitude[channel] as number) + (size[i] as number);
          zeros[channel] = (zeros[channel] as number) + (none[i] as number);
          times[channel] = (times[channel] as number) + 1;
        }
      }
    }),
  );
  // 0 ÷ 0 is NaN: not measured.
  const mean = (sum: number, channel: number) => sum / (times[channel] as number);
  return { magnitude: magnitude.map(mean), zeros: zeros.map(mean) };
}
