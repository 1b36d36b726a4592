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
  const { data, epochs = 0, unlabelled } = answers;
  const trains = data !== undefined && epochs > 0;
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
    steps: [
      { ...pruneStepOf(answers), ...(trains && { record: true }) },
      ...(trains ? [unlabelled ? { distill: { epochs } } : { fineTune: { epochs } }] : []),
    ],
  };
}

function pruneStepOf(answers: PruneAnswers): Recipe["steps"][number] {
  const { remove, skip } = answers;
  if (remove !== undefined) return { prune: "filters", remove };
  return { ...methodOf(answers), ...(skip !== undefined && { skip }) };
}

function methodOf({
  method,
  sparsity,
  shares,
  target,
  criterion,
  scope,
  gammas,
}: PruneAnswers): Recipe["steps"][number] {
  switch (method) {
    case "magnitude":
      return { prune: method, scope, sparsity: [...sparsity] };
    case "structured":
      return { prune: method, criterion, scope, [target]: [...shares] };
    case "greedy":
      return { prune: method, share: [...shares] };
    case "sss":
      return { prune: method, gamma: [...gammas] };
  }
}
