/**
 * Share of rows whose greatest score stands where the target's does; the first one of equals, as argmax takes it.
 * @param scores `rows × classes`, row-major
 * @param target of the same shape
 * @returns 0 to 1
 */
export function agreementOf(scores: Float32Array, target: Float32Array, rows: number): number {
  const classes = target.length / rows;
  let agreed = 0;
  for (let from = 0; from < target.length; from += classes) {
    agreed += Number(greatest(scores, from, classes) === greatest(target, from, classes));
  }
  return agreed / rows;
}

function greatest(values: Float32Array, from: number, count: number): number {
  let best = from;
  for (let i = from + 1; i < from + count; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}
