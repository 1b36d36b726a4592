import type { Step } from "../../src/pruning/recipe/schema.ts";
import type { HybridSubject } from "./hybridSettings.ts";

/** Magnitude alone: at each sparsity, and all training after it. */
export function magnitudeSteps(subject: HybridSubject): Step[] {
  return pruneAndTune(subject, subject.sparsities, subject.steps);
}

/** Greedy with fine-tuning between, fine-tuning, magnitude of what is left, and the training that is left. */
export function hybridSteps(subject: HybridSubject): Step[] {
  const { rest, steps } = subject;
  return [...searchSteps(subject), ...pruneAndTune(subject, rest, steps - stepsOfSearch(subject))];
}

/** Optimiser steps that the hybrid takes before magnitude: after every few removals, the last ones as well. */
export function stepsOfSearch({ search: { filters, training } }: HybridSubject): number {
  return training ? (Math.ceil(filters / training.perStep) - 1) * training.between + training.after : 0;
}

function searchSteps({ batchSize, training, search: { filters, options, ...search } }: HybridSubject): Step[] {
  const greedy = { prune: "greedy", filters, ...options };
  if (!search.training) return [greedy];
  const { perStep, between, after, learningRate } = search.training;
  const careful = { ...training, learningRate, batchSize };
  return [{ ...greedy, perStep, fineTune: { ...careful, steps: between } }, { fineTune: { ...careful, steps: after } }];
}

function pruneAndTune({ training, batchSize }: HybridSubject, sparsities: readonly number[], steps: number): Step[] {
  return [{ prune: "magnitude", sparsity: sparsities }, { fineTune: { ...training, batchSize, steps } }];
}
