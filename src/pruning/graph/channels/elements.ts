import { sizeOf, type Weight } from "../../model/model.ts";
import { storedAs } from "../../model/values.ts";

/** A weight's stored elements, whatever they mean: one number each, to be copied. */
export function elementsOf(weight: Weight): Uint8Array | Uint16Array | Uint32Array {
  switch (weight.bytes.byteLength / sizeOf(weight.shape)) {
    case 1:
      return storedAs(weight, Uint8Array);
    case 2:
      return storedAs(weight, Uint16Array);
    case 4:
      return storedAs(weight, Uint32Array);
    default:
      throw new Error(`weight ${weight.name} counts channels, and is ${weight.dtype}`);
  }
}
