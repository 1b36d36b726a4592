import type { Network } from "../graph/network.ts";
import type { Model } from "../model/model.ts";
import type { PlannedStep } from "./plan.ts";
import { foreseenOf } from "./steps/registry.ts";
import type { Studio } from "./studio.ts";

/** What a recipe begins with. */
interface Beginning {
  readonly model: Model;
  readonly network: Network;
  readonly seed: number;
  readonly studio: Studio;
}

/**
 * What of a plan will come out other than asked, as far as model and data tell before anything is done.
 * @returns sentences, each with the label of its step
 */
export async function foresee(plan: readonly PlannedStep[], beginning: Beginning): Promise<string[]> {
  const { model, network, seed, studio } = beginning;
  const sentences: string[] = [];
  for (const step of plan) {
    const foreseen = await foreseenOf(step, model, { network, seed, studio: () => studio });
    sentences.push(...foreseen.map((sentence) => `${step.label}: ${sentence}`));
    sentences.push(...(await foresee(step.next, beginning)));
  }
  return sentences;
}
