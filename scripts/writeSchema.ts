// Writes schemas/recipe.schema.json from the recipe's own schema; run it after changing a method's options.
import { writeFileSync } from "node:fs";
import { recipeJsonSchema } from "../src/pruning/recipe/jsonSchema.ts";

writeFileSync(new URL("../schemas/recipe.schema.json", import.meta.url), recipeJsonSchema());
