// WebAssembly instructions as values: each expression carries its type and the bytes that leave it on the stack.
// Opcodes are those of the WebAssembly specification, its fixed-width and relaxed SIMD included.

export type Type = "i32" | "f32" | "v128";

/** Code that leaves one value on the stack. */
export interface Value<T extends Type = Type> {
  readonly type: T;
  readonly code: readonly number[];
}

export type I32 = Value<"i32">;
export type F32 = Value<"f32">;
export type V128 = Value<"v128">;

/** An integer known when the code is made, or when it runs. */
export type Int = I32 | number;

/** Unsigned LEB128: 7 bits a byte, least significant first. */
export function unsigned(value: number): number[] {
  const low = value & 127;
  const rest = value >>> 7;
  return rest === 0 ? [low] : [low | 128, ...unsigned(rest)];
}

/** Signed LEB128. */
function signed(value: number): number[] {
  const low = value & 127;
  const rest = value >> 7;
  const sign = low & 64;
  return (rest === 0 && !sign) || (rest === -1 && sign) ? [low] : [low | 128, ...signed(rest)];
}

/** An instruction after its operands. */
export function apply<T extends Type>(type: T, opcode: readonly number[], ...operands: readonly Value[]): Value<T> {
  return { type, code: [...operands.flatMap(({ code }) => code), ...opcode] };
}

/** The opcode of a SIMD instruction. */
export function simd(opcode: number): number[] {
  return [0xfd, ...unsigned(opcode)];
}

/** What follows a load or store: an alignment, which is only a hint, and an offset in bytes. */
export function place(offset: number): number[] {
  return [0, ...unsigned(offset)];
}

export function int(value: Int): I32 {
  return typeof value === "number" ? { type: "i32", code: [0x41, ...signed(value)] } : value;
}

const integers = (opcode: number) => (a: Int, b: Int) => apply("i32", [opcode], int(a), int(b));
const addTwo = integers(0x6a);
const mulTwo = integers(0x6c);

export function add(first: Int, ...others: readonly Int[]): I32 {
  return others.reduce<I32>((sum, term) => (term === 0 ? sum : addTwo(sum, term)), int(first));
}

export function mul(first: Int, ...others: readonly Int[]): I32 {
  return others.reduce<I32>((product, factor) => (factor === 1 ? product : mulTwo(product, factor)), int(first));
}

export const sub = integers(0x6b);
/** Rounded towards zero; neither operand may be negative. */
export const div = integers(0x6e);
export const rem = integers(0x70);
export const equal = integers(0x46);
/** Signed comparison. */
export const less = integers(0x48);

/** The quotient rounded up; neither operand may be negative. */
export function divUp(a: Int, b: Int): I32 {
  return div(add(a, sub(b, 1)), b);
}

/** `a` where the condition is not 0, else `b`. Both are computed. */
export function select<T extends Type>(condition: I32, a: Value<T>, b: Value<T>): Value<T> {
  return apply(a.type, [0x1b], a, b, condition);
}

export function min(a: Int, b: Int): I32 {
  return select(less(a, b), int(a), int(b));
}

export function max(a: Int, b: Int): I32 {
  return select(less(a, b), int(b), int(a));
}

export function loadInt(address: I32, offset = 0): I32 {
  return apply("i32", [0x28, ...place(offset)], address);
}

/** The float whose bits an integer holds. */
export function floatOf(bits: I32): F32 {
  return apply("f32", [0xbe], bits);
}
