import type { Feed } from "../../data/feed.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Channels } from "../../graph/channels/channels.ts";
import type { Model } from "../../model/model.ts";

/** The images that decide, and what is right for each. */
export interface Jury {
  readonly feed: Feed;
  /** One class index an image: its label or, where there are none, what the unpruned model answers. */
  readonly labels: ArrayLike<number>;
  /** Name of the output that scores the classes, and how many it scores. */
  readonly head: { readonly name: string; readonly classes: number };
  /** Whether its scores are probabilities; else logits. */
  readonly probabilities: boolean;
  /** How sure the unpruned model is of each image. */
  readonly margins: Float64Array;
}

/** Channels of a model of which one is to go. */
export interface Contest {
  readonly model: Model;
  /** Those of the model. */
  readonly channels: Channels;
  /** The most promising first, where that is known: the search ends the sooner. */
  readonly candidates: readonly number[];
  readonly jury: Jury;
  /** What the last step told, in channels of this model; only speed depends on it. */
  readonly insight?: Insight | undefined;
  readonly engine: Engine;
  /** How many parameters go with a channel. */
  parameters(channel: number): number;
  readonly signal?: AbortSignal | undefined;
  /** Called now and then. @param fraction 0 to 1 */
  progress(fraction: number, state: ContestState): void;
}

export interface ContestState {
  /** The channel that is being tried. */
  readonly channel: number;
  /** The best one to remove that is known by now. */
  readonly best?: Outcome | undefined;
  readonly evaluations: Evaluations;
}

/** Answers to single images without single channels: how many there are to ask for, and how many were. */
export interface Evaluations {
  readonly done: number;
  readonly possible: number;
}

/** What a search has found out beside its winner. */
export interface Insight {
  /** How sure the model is of each image once the winner is gone: its margins, about. */
  readonly margins: Float64Array;
  /** By candidate and image: 1 for one that was right without the channel, 0 for one that was wrong, −1 if not tried. */
  readonly answers: ReadonlyMap<number, Int8Array>;
}

/** What is left when one channel is gone. */
export interface Outcome {
  readonly channel: number;
  /** How many images are answered right. */
  readonly right: number;
  /** Sum of their cross-entropies, in nats. */
  readonly loss: number;
}

export interface Verdict {
  /** What goes. */
  readonly winner: Outcome;
  readonly evaluations: Evaluations;
  /** The candidates, the most promising first as far as they were tried. */
  readonly order: readonly number[];
  readonly insight?: Insight;
}

/** Finds the channel whose removal costs least. */
export type Search = (contest: Contest) => Promise<Verdict>;

/**
 * Which of two removals is better: the one with more images right; of equals the one with the smaller loss, then the
 * one that takes more parameters with it, then the first in network order.
 * @returns below 0 where it is `a`
 */
export function compareOutcomes(a: Outcome, b: Outcome, parameters: (channel: number) => number): number {
  return b.right - a.right || a.loss - b.loss || parameters(b.channel) - parameters(a.channel) || a.channel - b.channel;
}
