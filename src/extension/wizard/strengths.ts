import type { Strength } from "./answers.ts";

/**
 * Reads strengths as a person types them: `auto 0.01, 3e-4`.
 * @returns auto first, then numbers, ascending, each once
 * @throws Error with a sentence for whoever typed
 */
export function readStrengths(typed: string): Strength[] {
  const words = typed.split(/[\s,;]+/).filter(Boolean);
  return ascending(words.map(readStrength));
}

function readStrength(word: string): Strength {
  if (word.toLowerCase() === "auto") return "auto";
  const number = Number(word);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new Error(`“${word}” is no strength; write auto, or numbers above 0 such as 0.003, 0.01.`);
}

/** Auto first, then numbers, ascending, each once. */
export function ascending(strengths: readonly Strength[]): Strength[] {
  const numbers = strengths.filter((strength) => strength !== "auto").sort((a, b) => a - b);
  return [...new Set<Strength>([...(strengths.includes("auto") ? ["auto" as const] : []), ...numbers])];
}
