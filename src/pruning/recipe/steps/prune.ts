import * as v from "valibot";
import { SecateurError } from "../../errors.ts";
import { methodCatalogue } from "../../methods/catalogue.ts";
import { methodNamed } from "../../methods/registry.ts";
import type { MethodSpec } from "../../methods/spec.ts";
import { sweepable, variantsOf } from "../sweep.ts";
import type { StepSpec } from "./spec.ts";

/** What the executor of `prune` is given. */
export interface PruneOptions {
  readonly method: string;
  readonly options: object;
}

/** One step per method: `prune` names it, its options stand beside it. */
export const pruneSteps: readonly StepSpec[] = methodCatalogue.map((method: MethodSpec) => ({
  kind: "prune",
  name: method.name,
  title: method.title,
  description: method.description,
  entries: {
    prune: v.pipe(v.literal(method.name), v.title(method.title), v.description(method.description)),
    ...sweepable(method.options.entries),
  },
  variants: ({ prune: _, ...fields }) =>
    variantsOf(fields).map((variant) => {
      const options = v.parse(method.options, variant);
      const problem = method.problem(options);
      if (problem) throw new SecateurError("bad-recipe", problem);
      return {
        kind: "prune",
        options: { method: method.name, options } satisfies PruneOptions,
        label: method.label(options),
        doing: "pruning",
        learns: false,
        check: (network) => methodNamed(method.name).check(options, network),
      };
    }),
}));
