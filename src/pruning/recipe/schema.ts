import * as v from "valibot";
import { backendNames } from "../engine/engine.ts";
import { SecateurError } from "../errors.ts";
import { stepCatalogue, stepNamedBy } from "./steps/catalogue.ts";
import type { StepSpec } from "./steps/spec.ts";
import { isSweep } from "./sweep.ts";

/** `auto` tries the usual ways to scale pixels and keeps the one the model answers best to. */
export const scalingChoices = ["auto", "x/255", "x/127.5-1", "raw", "mean-std"] as const;
export const backendChoices = ["auto", ...backendNames] as const;

const wholeNumber = "a whole number is needed";
const aPath = v.pipe(v.string(), v.nonEmpty("a path is needed"));
const count = v.pipe(v.number(), v.integer(wholeNumber), v.minValue(1, "at least 1 is needed"));

const dataSchema = v.strictObject({
  path: v.pipe(
    aPath,
    v.title("Data"),
    v.description(
      "Folder of the dataset, relative to the recipe: images (PNG, JPEG), one folder a class or without labels; IDX (MNIST) or CIFAR-10 binary files, plain or .gz.",
    ),
  ),
  scaling: v.optional(
    v.pipe(v.picklist(scalingChoices), v.description("How pixels of 0 to 255 become the numbers the model expects.")),
  ),
  labels: v.optional(
    v.pipe(
      v.boolean(),
      v.description(
        "false leaves labels out: folders of images are then no classes. Used where there are any, if left out.",
      ),
    ),
  ),
  limit: v.optional(
    v.pipe(
      v.strictObject({ train: v.optional(count), validation: v.optional(count), test: v.optional(count) }),
      v.description("At most so many examples of each split."),
    ),
  ),
});

const recordSchema = v.optional(
  v.pipe(v.boolean(), v.description("Keep a trial after this step too, not only after the last.")),
);

/** The form of one kind of step: the field that names it, what stands beside that, and `record`. */
const formOf = ({ entries, title, description }: StepSpec) =>
  v.pipe(v.strictObject({ ...entries, record: recordSchema }), v.title(title), v.description(description));

/** A step of any kind, whose fields are checked once it is known. */
export type Step = { readonly record?: boolean | undefined } & { readonly [field: string]: unknown };

const namesOf = (kind: string): string[] =>
  stepCatalogue.flatMap((step) => (step.kind === kind && step.name ? [step.name] : []));

const stepSchema: v.GenericSchema<unknown, Step> = v.lazy((step) => {
  const spec = stepNamedBy(step);
  const kinds = [...new Set(stepCatalogue.map(({ kind }) => kind))].join(", ");
  if (!spec) return v.custom<Step>(() => false, `a step is named by one of ${kinds}`);
  // Of several under one field, say which there are, and not what is wrong beside it.
  const names = namesOf(spec.kind);
  const isKnown = names.length < 2 || names.includes((step as Step)[spec.kind] as string);
  return isKnown ? formOf(spec) : v.object({ [spec.kind]: v.picklist(names) });
}) as unknown as v.GenericSchema<unknown, Step>;

const recipeOf = <Schema extends v.GenericSchema<unknown, Step>>(step: Schema) =>
  v.pipe(
    v.strictObject({
      $schema: v.optional(v.string()),
      title: v.optional(v.pipe(v.string(), v.description("What to call the run; the model's folder if left out."))),
      model: v.pipe(aPath, v.description("Path of the model.json, relative to the recipe.")),
      data: v.optional(dataSchema),
      seed: v.optional(
        v.pipe(
          v.number(),
          v.integer(wholeNumber),
          v.minValue(0, "at least 0 is needed"),
          v.description("Seed of everything random; 1 if left out."),
        ),
      ),
      backend: v.optional(
        v.pipe(v.picklist(backendChoices), v.description("TensorFlow.js backend; `auto` if left out.")),
      ),
      latency: v.optional(
        v.pipe(
          v.boolean(),
          v.description("Whether to measure the time of a forward pass; if left out, wherever there is data."),
        ),
      ),
      steps: v.pipe(
        v.array(step),
        v.minLength(1, "at least one step is needed"),
        v.description("In order. A list in a field is a sweep: the steps that follow run once for each value."),
      ),
    }),
    v.title("Secateur recipe"),
  );

/** A job, declared: what to prune, on which data, by which steps. The file form is `*.recipe.json`. */
export const recipeSchema = recipeOf(stepSchema);

/** The same with every kind of step written out, for editors. */
export const describedRecipeSchema = recipeOf(v.union(stepCatalogue.map(formOf)) as v.GenericSchema<unknown, Step>);

export type Recipe = v.InferOutput<typeof recipeSchema>;

/** Where the examples are, and what is wanted of them. */
export type DataRecipe = v.InferOutput<typeof dataSchema>;

/**
 * Checks the form of a recipe where it enters. Whether options go together is for its plan to say.
 * @param where what to call it in a sentence: a file's path, or "The recipe"
 * @throws SecateurError `bad-recipe`
 */
export function parseRecipe(value: unknown, where: string): Recipe {
  const parsed = v.safeParse(recipeSchema, value);
  if (!parsed.success) {
    const issue = parsed.issues[0];
    throw new SecateurError("bad-recipe", `${where} is not right${describePath(issue)}: ${describe(issue)}.`);
  }
  return parsed.output;
}

function describePath(issue: v.BaseIssue<unknown>): string {
  const path = pathOf(issue);
  return path ? ` at ${path}` : "";
}

function pathOf(issue: v.BaseIssue<unknown>): string {
  const best = bestOf(issue);
  return [v.getDotPath(issue), best && pathOf(best)].filter(Boolean).join(".");
}

function describe(issue: v.BaseIssue<unknown>): string {
  const best = bestOf(issue);
  if (best) return describe(best);
  if (issue.type === "strict_object" && issue.expected === "never") return "there is no such field";
  if (issue.received === "undefined") return "it is missing";
  return issue.message.replace(/^Invalid \w+: /, "");
}

/** Of a field that may be a list: what is wrong with the one value rather than with the choice. */
function bestOf(issue: v.BaseIssue<unknown>): v.BaseIssue<unknown> | undefined {
  if (issue.type !== "union") return undefined;
  return isSweep(issue.input) ? issue.issues?.at(-1) : issue.issues?.[0];
}
