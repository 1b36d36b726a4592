import type * as v from "valibot";
import type { AnyMethodSpec, MethodName } from "./catalogue.ts";
import { magnitude } from "./magnitude.ts";
import type { Prune } from "./spec.ts";

type OptionsOf<Name extends MethodName> = v.InferOutput<Extract<AnyMethodSpec, { name: Name }>["options"]>;

/** The algorithm of every method in the catalogue. */
export const methods: { readonly [Name in MethodName]: Prune<OptionsOf<Name>> } = { magnitude };
