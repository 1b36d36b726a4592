/**
 * Reads sparsities as a person types them: `30, 60 90%` in per cent, or `0.3, 0.6` as shares.
 * @returns shares in [0, 1), ascending, each once
 * @throws Error with a sentence for whoever typed
 */
export function readSparsities(typed: string): number[] {
  const words = typed
    .replace(/\s+%/g, "%")
    .split(/[\s,;]+/)
    .filter(Boolean);
  const shares = words.map(readSparsity);
  return [...new Set(shares)].sort((a, b) => a - b);
}

function readSparsity(word: string): number {
  if (!/^\d*\.?\d+%?$/.test(word)) throw new Error(`“${word}” is no number; write percentages such as 30, 60, 90.`);
  const number = Number.parseFloat(word);
  const share = number < 1 && !word.endsWith("%") ? number : number / 100;
  if (share >= 1) throw new Error(`${word} is too much: at 100 % nothing is left; stay below it.`);
  // 0.07 × 100 and back must not leave a tail of digits in recipes and labels.
  return Number(share.toFixed(6));
}
