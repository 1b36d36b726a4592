import { filtersSpec } from "./filtersSpec.ts";
import { greedySpec } from "./greedy/greedySpec.ts";
import { magnitudeSpec } from "./magnitudeSpec.ts";
import { sssSpec } from "./sss/sssSpec.ts";
import { structuredSpec } from "./structuredSpec.ts";
import { thinetSpec } from "./thinet/thinetSpec.ts";

/**
 * Every method there is. A new one is entered here, and its algorithm in registry.ts, which does not compile
 * without it; recipe schema, help and wizard follow. Light: imports nothing that prunes.
 */
export const methodCatalogue = [magnitudeSpec, structuredSpec, greedySpec, thinetSpec, sssSpec, filtersSpec] as const;

export type AnyMethodSpec = (typeof methodCatalogue)[number];
export type MethodName = AnyMethodSpec["name"];
