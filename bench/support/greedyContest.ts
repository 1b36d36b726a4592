import type { Dataset, Split } from "../../src/pruning/data/dataset.ts";
import { fitToInput } from "../../src/pruning/data/fit.ts";
import { readDataset } from "../../src/pruning/data/readDataset.ts";
import { spread } from "../../src/pruning/data/split.ts";
import type { Engine } from "../../src/pruning/engine/engine.ts";
import { networkOf } from "../../src/pruning/graph/networkOf.ts";
import { type Anatomy, anatomyOf } from "../../src/pruning/methods/anatomy.ts";
import { prospectsOf } from "../../src/pruning/methods/greedy/candidates.ts";
import { removalOf } from "../../src/pruning/methods/greedy/choose.ts";
import type { Contest, Jury, Verdict } from "../../src/pruning/methods/greedy/contest.ts";
import { juryOf } from "../../src/pruning/methods/greedy/jury.ts";
import type { Model } from "../../src/pruning/model/model.ts";
import { readModel } from "../../src/pruning/model/read.ts";
import type { GreedyNetwork } from "./greedyNetworks.ts";

/** A network with the images that judge its filters. */
export interface Court {
  readonly model: Model;
  readonly jury: Jury;
  anatomy(model: Model): Anatomy;
}

/** Reads model and data. @param images as many test images, spread over all */
export async function courtOf(
  { model: path, data, scaling, skip }: GreedyNetwork,
  images: number,
  engine: Engine,
): Promise<Court> {
  const model = await readModel(path);
  const dataset = await readDataset(data);
  const fit = fitToInput(dataset, networkOf(model).inputs[0]?.shape ?? []);
  const feed = { split: spread(testOf(dataset), images), fit, scaling };
  return {
    model,
    jury: await juryOf(model, feed, images, engine, undefined),
    anatomy: (each) => anatomyOf(each, networkOf(each), { skip }),
  };
}

function testOf({ test, path }: Dataset): Split {
  if (!test) throw new Error(`${path} has no test images`);
  return test;
}

/** The channels of which one may go. */
export const candidatesOf = (anatomy: Anatomy): readonly number[] => prospectsOf(anatomy, anatomy, 0, {}).candidates;

/** A contest among some of them. @param insight what the last step told, in channels of this anatomy */
export function contestOf(
  anatomy: Anatomy,
  candidates: readonly number[],
  jury: Jury,
  engine: Engine,
  insight?: Verdict["insight"],
): Contest {
  const whole = anatomy.sizes(new Uint8Array(anatomy.channels.count)).parameters;
  return {
    model: anatomy.model,
    channels: anatomy.channels,
    candidates,
    jury,
    insight,
    engine,
    parameters: (channel) => whole - anatomy.sizes(removalOf(anatomy, channel)).parameters,
    progress() {},
  };
}
