import type { Subject } from "../../criteria/views.ts";
import type { Feed } from "../../data/feed.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Probe } from "../../engine/probing/contract.ts";
import type { Progress } from "../../progress.ts";

/** Where a model is run to gather evidence: a backend, images it was trained on, and others that judge. */
export interface Laboratory {
  readonly engine: Engine;
  readonly train: Feed;
  readonly validation: Feed;
}

export interface ScoringContext {
  /** Of all that is drawn: the same seed gives the same scores. */
  readonly seed: number;
  /** Only called for criteria that need images, as `needsOf` says. */
  laboratory(): Laboratory;
  readonly signal?: AbortSignal;
  readonly progress: Progress;
}

/** How many images at most evidence is gathered from, where nothing else is asked for. */
export const defaultImages = 256;

/** All that gathering evidence by running the model takes. */
export interface Experiment extends ScoringContext {
  readonly images: number;
}

/** Opens the model for the length of `use`. @throws SecateurError as `Engine.probe` */
export async function withProbe<T>(
  { model }: Subject,
  { engine, train }: Laboratory,
  use: (probe: Probe) => Promise<T>,
): Promise<T> {
  const probe = await engine.probe(model, train.fit.classes);
  try {
    return await use(probe);
  } finally {
    probe.dispose();
  }
}
