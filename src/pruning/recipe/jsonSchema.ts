import { toJsonSchema } from "@valibot/to-json-schema";
import { describedRecipeSchema } from "./schema.ts";

/** The recipe's schema as the text of a JSON schema, for editors to complete and check `*.recipe.json` with. */
export function recipeJsonSchema(): string {
  return `${JSON.stringify(toJsonSchema(describedRecipeSchema), null, 2)}\n`;
}
