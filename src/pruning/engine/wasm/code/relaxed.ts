import { define } from "./functions.ts";
import { moduleOf } from "./module.ts";
import { apply, int, simd, type V128 } from "./values.ts";

/** `a * b + c` in one instruction, rounded once, where the processor has that. */
export function fusedMultiplyAdd(a: V128, b: V128, c: V128): V128 {
  return apply("v128", simd(0x105), a, b, c);
}

/** Whether V8 knows of that instruction: since version 11.4, so Node 20 does not. */
export const hasFusedMultiplyAdd = WebAssembly.validate(
  moduleOf([
    define("probe", [], (body) => {
      const zero = apply("v128", [...simd(0x00), 0, 0], int(0));
      body.local(fusedMultiplyAdd(zero, zero, zero));
    }),
  ]),
);
