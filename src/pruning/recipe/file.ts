import { basename } from "node:path";
import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import { SecateurError } from "../errors.ts";

/**
 * The value of a recipe file's text: JSON, with comments and trailing commas if its author likes them.
 * @param where what to call the file in a sentence
 * @throws SecateurError `bad-recipe` with the line that is wrong
 */
export function parseRecipeText(text: string, where: string): unknown {
  const errors: ParseError[] = [];
  const recipe: unknown = parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (!error) return recipe;
  const line = text.slice(0, error.offset).split("\n").length;
  throw new SecateurError(
    "bad-recipe",
    `${where} is not valid JSON at line ${line} (${printParseErrorCode(error.error)}); correct it and run it again.`,
  );
}

/** What to call a recipe: `mnist` for `mnist.recipe.json`. */
export function titleOfRecipe(path: string): string {
  return basename(path).replace(/(\.recipe)?\.json$/, "");
}
