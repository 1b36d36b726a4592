import type { Recipe } from "../../pruning/recipe/schema.ts";
import type { PruneAnswers } from "./answers.ts";

/** The settings that a recipe made by the wizard takes over. */
export interface RecipeSettings {
  readonly backend: Recipe["backend"];
  readonly dataLimit: number;
  readonly latency: boolean;
}

/** The recipe that does what was answered. Paths are absolute, so that it holds wherever it is kept. */
export function recipeOf(model: string, title: string, answers: PruneAnswers, settings: RecipeSettings): Recipe {
  const { data } = answers;
  const { backend, dataLimit, latency } = settings;
  return {
    title,
    model,
    ...(data !== undefined && {
      data: {
        path: data,
        scaling: "auto",
        ...(dataLimit > 0 && { limit: { validation: dataLimit, test: dataLimit } }),
      },
    }),
    seed: 1,
    backend,
    ...(!latency && { latency }),
    steps: stepsOf(answers),
  };
}

type Step = Recipe["steps"][number];

/** Pruning, and training after it where there is some; a trial after each. */
function stepsOf(answers: PruneAnswers): Step[] {
  const { data, epochs = 0, unlabelled } = answers;
  const trains = data !== undefined && epochs > 0;
  const training: Step[] = trains ? [unlabelled ? { distill: { epochs } } : { fineTune: { epochs } }] : [];
  const steps = pruneStepsOf(answers).flatMap((prune) => [prune, ...training]);
  return steps.map((step, i) => (i < steps.length - 1 ? { ...step, record: true } : step));
}

/** One step, which may be a sweep; a greedy search goes on from each share to the next instead of beginning again. */
function pruneStepsOf(answers: PruneAnswers): Step[] {
  const { method, shares, remove } = answers;
  if (method !== "greedy" || remove !== undefined) return [pruneStepOf(answers)];
  return shares.map((share) => pruneStepOf({ ...answers, shares: [share] }));
}

function pruneStepOf(answers: PruneAnswers): Step {
  const { remove, skip } = answers;
  if (remove !== undefined) return { prune: "filters", remove };
  return { ...methodOf(answers), ...(skip !== undefined && { skip }) };
}

function methodOf({ method, sparsity, shares, target, criterion, scope, gammas }: PruneAnswers): Step {
  switch (method) {
    case "magnitude":
      return { prune: method, scope, sparsity: [...sparsity] };
    case "structured":
      return { prune: method, criterion, scope, [target]: [...shares] };
    case "greedy":
    case "thinet":
      return { prune: method, share: shares.length === 1 ? (shares[0] as number) : [...shares] };
    case "sss":
      return { prune: method, gamma: [...gammas] };
  }
}
