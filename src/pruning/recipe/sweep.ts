import * as v from "valibot";

/** A value, or a list of values to try one after the other. */
type Sweepable<Entries extends v.ObjectEntries> = {
  readonly [Key in keyof Entries]: v.OptionalSchema<
    v.UnionSchema<[Entries[Key], v.ArraySchema<Entries[Key], undefined>], undefined>,
    undefined
  >;
};

/** Lets every field of a method's options be a list, those of objects within them too. */
export function sweepable<Entries extends v.ObjectEntries>(entries: Entries): Sweepable<Entries> {
  return Object.fromEntries(
    Object.entries(entries).map(([key, schema]) => {
      const given = ("wrapped" in schema ? schema.wrapped : schema) as v.GenericSchema & { entries?: v.ObjectEntries };
      const one = given.entries ? sweepableObject(given, given.entries) : given;
      const list = v.pipe(v.array(one), v.minLength(1, "a list needs at least one value"));
      const either = v.union([one, list]);
      return [key, "wrapped" in schema ? v.optional(either) : either];
    }),
  ) as unknown as Sweepable<Entries>;
}

function sweepableObject(schema: v.GenericSchema, entries: v.ObjectEntries): v.GenericSchema {
  const [title, description] = [v.getTitle(schema), v.getDescription(schema)];
  return v.pipe(v.strictObject(sweepable(entries)), v.title(title ?? ""), v.description(description ?? ""));
}

export const isSweep = (value: unknown): value is unknown[] => Array.isArray(value);

/** An object whose lists are values to sweep. */
export type Swept = Readonly<Record<string, unknown>>;

/**
 * All combinations of a step's listed values, those of objects within it too, the last field varying fastest:
 * `{a: [1, 2], b: {c: [3, 4]}}` gives (1,3) (1,4) (2,3) (2,4).
 */
export function variantsOf(step: Swept): Swept[] {
  return Object.entries(step).reduce<Swept[]>(
    (variants, [key, value]) =>
      variants.flatMap((variant) => valuesOf(value).map((one) => ({ ...variant, [key]: one }))),
    [{}],
  );
}

function valuesOf(value: unknown): unknown[] {
  if (isSweep(value)) return value.flatMap(valuesOf);
  return typeof value === "object" && value !== null ? variantsOf(value as Swept) : [value];
}
