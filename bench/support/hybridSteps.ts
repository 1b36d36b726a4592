import type { Step } from "../../src/pruning/recipe/schema.ts";
import type { HybridSubject } from "./hybridSettings.ts";

/** Magnitude alone: at each sparsity, and all training after it. */
export function magnitudeSteps(subject: HybridSubject): Step[] {
  return pruneAndTune(subject, subject.sparsities, subject.steps);
}

/** Greedy with fine-tuning between, fine-tuning, magnitude of what is left, and the training that is left. */
export function hybridSteps(subject: HybridSubject): Step[] {
  const { batchSize, training, search, rest, steps } = subject;
  const { filters, perStep, options, between, after, learningRate } = search;
  const careful = { ...training, learningRate, batchSize };
  return [
    { prune: "greedy", filters, ...options, ...(between > 0 && { perStep, fineTune: { ...careful, steps: between } }) },
    ...(after > 0 ? [{ fineTune: { ...careful, steps: after } }] : []),
    ...pruneAndTune(subject, rest, steps - stepsOfSearch(subject)),
  ];
}

/** Optimiser steps that the hybrid takes before magnitude: after every few removals, the last ones as well. */
export function stepsOfSearch({ search: { filters, perStep, between, after } }: HybridSubject): number {
  return (Math.ceil(filters / perStep) - 1) * between + after;
}

function pruneAndTune({ training, batchSize }: HybridSubject, sparsities: readonly number[], steps: number): Step[] {
  return [{ prune: "magnitude", sparsity: sparsities }, { fineTune: { ...training, batchSize, steps } }];
}
