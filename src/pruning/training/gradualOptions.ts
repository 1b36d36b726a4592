import * as v from "valibot";
import { methodCatalogue } from "../methods/catalogue.ts";
import { methodNamed } from "../methods/registry.ts";
import type { MethodSpec } from "../methods/spec.ts";
import { formatShare } from "../text.ts";

/** When a model is pruned while it trains. */
export interface GradualTiming {
  readonly schedule?: "cubic" | "constant" | undefined;
  /** Shares of the steps, 0 to 1. */
  readonly begin?: number | undefined;
  readonly end?: number | undefined;
  /** Steps. */
  readonly every?: number | undefined;
}

/** Pruning while a model trains: a method with its options, and when. */
export interface GradualOptions extends GradualTiming, Readonly<Record<string, unknown>> {
  /** Name of the method. */
  readonly prune: string;
  readonly sparsity: number;
}

const share = v.pipe(
  v.number(),
  v.minValue(0, "a share of 0 to 1 is needed"),
  v.maxValue(1, "a share of 0 to 1 is needed"),
);

const scheduleEntries = {
  schedule: v.optional(
    v.pipe(
      v.picklist(["cubic", "constant"]),
      v.title("Schedule"),
      v.description(
        "How sparsity grows: fast at first and ever slower (cubic, Zhu & Gupta 2017, if left out), or all at once where it begins (constant).",
      ),
    ),
  ),
  begin: v.optional(
    v.pipe(share, v.title("Begin"), v.description("Share of the steps before the first pruning; 0 if left out.")),
  ),
  end: v.optional(
    v.pipe(
      share,
      v.title("End"),
      v.description("Share of the steps after which the sparsity is reached, and held; 0.75 if left out."),
    ),
  ),
  every: v.optional(
    v.pipe(
      v.number(),
      v.integer("a whole number is needed"),
      v.minValue(1, "at least 1 is needed"),
      v.title("Every"),
      v.description(
        "Steps between two prunings; 100 if left out, or fewer where that leaves less than twenty of them.",
      ),
    ),
  ),
};

const gradualMethods = (methodCatalogue as readonly MethodSpec[]).filter(({ gradual }) => gradual !== undefined);

/** The options of all methods that can prune gradually. A sparsity is what grows: it must be there. */
const methodEntries: v.ObjectEntries = Object.fromEntries(
  gradualMethods.flatMap(({ gradual = [], options }) =>
    gradual.map((key) => {
      const entry = options.entries[key] as v.GenericSchema & { readonly wrapped?: v.GenericSchema };
      return [key, key === "sparsity" && entry.wrapped ? entry.wrapped : entry];
    }),
  ),
);

/** The form of `gradual` in a recipe. */
export const gradualSchema = v.strictObject({
  prune: v.pipe(
    v.picklist(gradualMethods.map(({ name }) => name)),
    v.title("Method"),
    v.description("Which weights go first."),
  ),
  ...methodEntries,
  ...scheduleEntries,
}) as unknown as v.GenericSchema<unknown, GradualOptions> & { readonly entries: v.ObjectEntries };

const scheduleKeys = ["prune", ...Object.keys(scheduleEntries)];

/** The method of gradual pruning, and what of its options is the method's own. */
export function methodOf(options: GradualOptions) {
  const own = Object.fromEntries(Object.entries(options).filter(([key]) => !scheduleKeys.includes(key)));
  const spec = gradualMethods.find(({ name }) => name === options.prune) as MethodSpec;
  return { spec, method: methodNamed(options.prune), options: own };
}

/** Options that do not go together: a sentence. */
export function gradualProblem(given: GradualOptions): string | undefined {
  const { schedule = "cubic", begin = 0, end, every } = given;
  if (schedule === "constant" && (end ?? every) !== undefined) {
    return "Gradual pruning with a constant schedule is done at its begin; leave end and every out.";
  }
  if (schedule === "cubic" && begin >= (end ?? defaultEnd)) {
    return `Gradual pruning ends at ${formatShare(end ?? defaultEnd)} of the steps and begins at ${formatShare(begin)}; it must begin before it ends.`;
  }
  const { spec, options } = methodOf(given);
  return spec.problem(options);
}

/** Share of the steps after which a growing sparsity is reached, unless it is said. */
export const defaultEnd = 0.75;

/** What was asked for, short: `magnitude 90 % on the way`. */
export function gradualLabel(given: GradualOptions): string {
  const { spec, options } = methodOf(given);
  const { schedule, begin, end, every } = given;
  const when = [
    schedule === "constant" && "at once",
    begin !== undefined && `from ${formatShare(begin)}`,
    end !== undefined && `to ${formatShare(end)}`,
    every !== undefined && `every ${every}`,
  ].filter(Boolean);
  return `${spec.label(options)} on the way${when.length > 0 ? ` (${when.join(", ")})` : ""}`;
}
