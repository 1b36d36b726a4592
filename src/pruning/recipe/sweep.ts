import * as v from "valibot";

/** A value, or a list of values to try one after the other. */
type Sweepable<Entries extends v.ObjectEntries> = {
  readonly [Key in keyof Entries]: v.OptionalSchema<
    v.UnionSchema<[Entries[Key], v.ArraySchema<Entries[Key], undefined>], undefined>,
    undefined
  >;
};

/** Lets every field of a method's options be a list. */
export function sweepable<Entries extends v.ObjectEntries>(entries: Entries): Sweepable<Entries> {
  return Object.fromEntries(
    Object.entries(entries).map(([key, schema]) => {
      const one = "wrapped" in schema ? (schema.wrapped as v.GenericSchema) : schema;
      return [
        key,
        v.optional(
          v.union([
            one as v.GenericSchema,
            v.pipe(v.array(one as v.GenericSchema), v.minLength(1, "a list needs at least one value")),
          ]),
        ),
      ];
    }),
  ) as unknown as Sweepable<Entries>;
}

export const isSweep = (value: unknown): value is unknown[] => Array.isArray(value);

/** An object whose lists are values to sweep. */
export type Swept = Readonly<Record<string, unknown>>;

/**
 * All combinations of a step's listed values, the last field varying fastest: `{a: [1, 2], b: [3, 4]}` gives
 * (1,3) (1,4) (2,3) (2,4).
 */
export function variantsOf(step: Swept): Swept[] {
  return Object.entries(step).reduce<Swept[]>(
    (variants, [key, value]) =>
      variants.flatMap((variant) => (isSweep(value) ? value : [value]).map((one) => ({ ...variant, [key]: one }))),
    [{}],
  );
}
