import type { Structures } from "../../engine/structures/contract.ts";
import { withValues } from "../../model/encode.ts";
import { type Model, sizeOf, type Weight, withWeights } from "../../model/model.ts";
import { exactValues } from "../../model/zero.ts";

/** Multiplies weights by the factors of their structures, so that the model answers as it did with them beside it. */
export function folded(model: Model, { axes }: Structures, factors: ArrayLike<number>): Model {
  return axes.reduce((current, { weight: name, axis, structures }) => {
    const weight = current.weights.get(name) as Weight;
    const inner = sizeOf(weight.shape.slice(axis + 1));
    const scaled = exactValues(weight).map((value, i) => {
      const structure = structures[Math.floor(i / inner) % structures.length] as number;
      return structure < 0 ? value : value * (factors[structure] as number);
    });
    return withWeights(current, [withValues(weight, scaled)]);
  }, model);
}

/** The L2 norm of each structure's weights. */
export function normsOf(model: Model, { axes, count }: Structures): Float64Array {
  const squares = new Float64Array(count);
  for (const { weight: name, axis, structures } of axes) {
    const weight = model.weights.get(name) as Weight;
    const inner = sizeOf(weight.shape.slice(axis + 1));
    for (const [i, value] of exactValues(weight).entries()) {
      const structure = structures[Math.floor(i / inner) % structures.length] as number;
      if (structure >= 0) (squares[structure] as number) += value ** 2;
    }
  }
  return squares.map(Math.sqrt);
}
