import type { Subject } from "../../criteria/views.ts";
import { forEachBatch, labelsOf } from "./batches.ts";
import { type Experiment, withProbe } from "./laboratory.ts";
import { forEachRead, readingsOf } from "./reading.ts";

/**
 * The gradient of the loss by a gate z = 1 on each channel of the network, one array per batch of training images.
 *
 * The gate stands where channels are read, behind all batch normalisation and activation: a layer that reads z·a is one
 * whose weights for a are z times as large, so ∂L/∂z = Σ g·w over all weights that read the channel. Right behind batch
 * normalisation with ReLU that is the gate that Molchanov et al. (2019) found best, for ReLU(z·x) = z·ReLU(x); and it is
 * exact for every other layer, for groups with several makers, and without batch normalisation. NaN where none reads.
 * @throws SecateurError `cancelled`, `training` where a layer cannot be differentiated, or as `Engine.probe`
 */
export async function gatherGates(subject: Subject, experiment: Experiment): Promise<Float64Array[]> {
  const readings = readingsOf(subject);
  const gates: Float64Array[] = [];
  const laboratory = experiment.laboratory();
  if (readings.length === 0) return gates;
  await withProbe(subject, laboratory, (probe) =>
    forEachBatch(laboratory.train, experiment, "measuring gradients", async (batch) => {
      const names = readings.map(({ weight }) => weight.name);
      const gradients = await probe.gradients(batch, labelsOf(laboratory.train.split, batch.examples), names);
      const gate = new Float64Array(subject.channels.count).fill(Number.NaN);
      for (const reading of readings) {
        const gradient = gradients.get(reading.weight.name);
        const slope = (element: number) => (gradient ? (gradient[element] as number) : 0);
        forEachRead(reading, (channel, element) => {
          gate[channel] = (gate[channel] || 0) + slope(element) * (reading.values[element] as number);
        });
      }
      gates.push(gate);
    }),
  );
  return gates;
}
