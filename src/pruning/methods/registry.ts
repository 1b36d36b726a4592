import type * as v from "valibot";
import type { AnyMethodSpec, MethodName } from "./catalogue.ts";
import { checkFilters, filters } from "./filters.ts";
import { greedy } from "./greedy/greedy.ts";
import { chooseLayers } from "./layers.ts";
import { gradualMagnitude, magnitude } from "./magnitude.ts";
import type { Method } from "./spec.ts";
import { checkSss, foreseeSss, sss } from "./sss/sss.ts";
import { checkStructured, structured } from "./structured.ts";
import { thinet } from "./thinet/thinet.ts";

type OptionsOf<Name extends MethodName> = v.InferOutput<Extract<AnyMethodSpec, { name: Name }>["options"]>;

/** What every method in the catalogue does. */
export const methods: { readonly [Name in MethodName]: Method<OptionsOf<Name>> } = {
  magnitude: {
    check: (options, network) => void chooseLayers(network, options),
    prune: magnitude,
    gradual: gradualMagnitude,
  },
  structured: { check: checkStructured, prune: structured },
  thinet: { check: (options, network) => void chooseLayers(network, options), prune: thinet },
  greedy: { check: (options, network) => void chooseLayers(network, options), prune: greedy },
  sss: { check: checkSss, foresee: foreseeSss, prune: sss },
  filters: { check: checkFilters, prune: filters },
};

/** A method by its name; its spec's schema has checked the options that it is given. */
export const methodNamed = (name: string): Method<object> => methods[name as MethodName] as Method<object>;
