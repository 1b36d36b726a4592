import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/**
 * Runs synchronous code with `Math.random` drawing from a seed: all that TensorFlow.js's layers draw at random
 * (dropout within recurrent cells and noise among it, which take no seed) then is the same at every call.
 */
export function withRandom<T>(seed: number, run: () => T): T {
  const { random } = Math;
  const generator = xoroshiro128plus(seed);
  Math.random = () => uniformFloat64(generator);
  try {
    return run();
  } finally {
    Math.random = random;
  }
}
