import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Contributions } from "../../criteria/evidence.ts";
import { placesOf, type Subject } from "../../criteria/views.ts";
import type { Output } from "../../engine/engine.ts";
import type { ChannelGroup } from "../../graph/channels/channels.ts";
import type { Layer } from "../../graph/network.ts";
import { forEachBatch } from "./batches.ts";
import { type Experiment, withProbe } from "./laboratory.ts";
import { inputSize, type Reader, readersOf, sampleRow } from "./readers.ts";

/** Numbers of a layer's output that are sampled per image, as ThiNet does (Luo et al. 2017). */
const perImage = 10;

/** How many numbers are read back from the backend at a time, at most, unless one layer alone brings more: 64 MB. */
const mostNumbers = 2 ** 24;

/**
 * What each channel adds to randomly chosen numbers of the layers that read it, before bias and activation: ThiNet's
 * x̂, ten for each training image and dense or convolution layer.
 * @param isWanted which layers to look at; all if left out
 * @returns by group of the network: that of each of the layers that read it
 * @throws SecateurError `cancelled`, or as `Engine.probe`
 */
export async function gatherContributions(
  subject: Subject,
  experiment: Experiment,
  isWanted: (layer: Layer) => boolean = () => true,
): Promise<(group: ChannelGroup) => Contributions[]> {
  const readers = readersOf(subject).filter(({ layer }) => isWanted(layer));
  const samples = readers.map((reader) => new Samples(reader));
  const laboratory = experiment.laboratory();
  const random = xoroshiro128plus(experiment.seed);
  const below = (length: number) => uniformInt(random, 0, length - 1);
  await withProbe(subject, laboratory, (probe) =>
    forEachBatch(laboratory.train, experiment, "sampling contributions", async (batch) => {
      const examples = batch.shape[0] as number;
      for (const together of inPortions(samples, mostNumbers / examples)) {
        const inputs = await probe.inputs(
          batch,
          together.map(({ reader }) => reader.layer.name),
        );
        for (const [at, each] of together.entries()) {
          const calls = inputs[at] ?? [];
          for (let row = 0; row < examples * perImage; row++) {
            const input = calls[below(calls.length)] as Output;
            each.add(sampleRow(each.reader, input, row % examples, below));
          }
        }
      }
    }),
  );
  return (group) => {
    const places = placesOf(subject.channels, group);
    return samples.flatMap((each) => each.of(group, places));
  };
}

/** Cuts a list where the inputs of one more reader would be too many numbers. */
function inPortions(samples: readonly Samples[], most: number): Samples[][] {
  const portions: Samples[][] = [];
  let left = 0;
  for (const each of samples) {
    const size = inputSize(each.reader);
    if (size > left) {
      portions.push([]);
      left = most;
    }
    portions.at(-1)?.push(each);
    left -= size;
  }
  return portions;
}

/** The rows sampled of one reader, a number per channel that it reads. */
class Samples {
  readonly reader: Reader;
  readonly #channels: readonly number[];
  /** By index of the axis read. */
  readonly #columns: readonly number[];
  readonly #rows: Float32Array[] = [];
  #energy = 0;

  constructor(reader: Reader) {
    const { channels } = reader.reading;
    this.reader = reader;
    this.#channels = [...new Set(channels)];
    const columns = new Map(this.#channels.map((channel, column) => [channel, column]));
    this.#columns = Array.from(channels, (channel) => columns.get(channel) as number);
  }

  /** @param contributions one per index of the axis read, several for a channel that lies flattened */
  add(contributions: Float32Array): void {
    const row = new Float32Array(this.#channels.length);
    let sum = 0;
    for (const [i, column] of this.#columns.entries()) {
      const added = contributions[i] as number;
      row[column] = (row[column] as number) + added;
      sum += added;
    }
    this.#rows.push(row);
    this.#energy += sum ** 2;
  }

  /** Those of one group, if the layer reads any of it. @param places of the network's channels in the group */
  of({ channels }: ChannelGroup, places: Int32Array): Contributions[] {
    const columns = this.#channels
      .map((channel, column) => ({ column, place: places[channel] as number }))
      .filter(({ place }) => place >= 0);
    if (columns.length === 0) return [];
    const rows = this.#rows.length;
    const read = new Uint8Array(channels.length);
    const values = new Float32Array(channels.length * rows);
    for (const { column, place } of columns) {
      read[place] = 1;
      for (const [r, row] of this.#rows.entries()) values[place * rows + r] = row[column] as number;
    }
    return [{ rows, read, values, energy: this.#energy }];
  }
}
