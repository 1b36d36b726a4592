import { fusedMultiplyAdd, hasFusedMultiplyAdd } from "./relaxed.ts";
import { apply, type F32, type I32, int, place, select, simd, type Type, type V128, type Value } from "./values.ts";

/**
 * Arithmetic on floats, one or four at a time. A kernel written against this face serves both: four lanes where that
 * many are left, one for the rest.
 */
export interface Lanes<T extends Type = Type, M extends Type = Type> {
  readonly type: T;
  readonly width: 1 | 4;
  constant(value: number): Value<T>;
  /** One float in every lane. */
  spread(value: F32): Value<T>;
  load(address: I32, offset?: number): Value<T>;
  /** One float from memory in every lane. */
  loadOne(address: I32, offset?: number): Value<T>;
  /** Store instructions. */
  store(address: I32, value: Value<T>, offset?: number): readonly number[];
  add(a: Value<T>, b: Value<T>): Value<T>;
  sub(a: Value<T>, b: Value<T>): Value<T>;
  mul(a: Value<T>, b: Value<T>): Value<T>;
  div(a: Value<T>, b: Value<T>): Value<T>;
  /** `a * b + c`, rounded once or twice. */
  mulAdd(a: Value<T>, b: Value<T>, c: Value<T>): Value<T>;
  min(a: Value<T>, b: Value<T>): Value<T>;
  max(a: Value<T>, b: Value<T>): Value<T>;
  sqrt(a: Value<T>): Value<T>;
  equal(a: Value<T>, b: Value<T>): Value<M>;
  greater(a: Value<T>, b: Value<T>): Value<M>;
  none(): Value<M>;
  or(a: Value<M>, b: Value<M>): Value<M>;
  /** True where `a` is and `b` is not. */
  andNot(a: Value<M>, b: Value<M>): Value<M>;
  /** The value where the mask is true, 0 elsewhere. */
  where(mask: Value<M>, value: Value<T>): Value<T>;
}

const float = (value: number): F32 => ({
  type: "f32",
  code: [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
});

const scalar = (opcode: number) => (a: F32, b: F32) => apply("f32", [opcode], a, b);
const test = (opcode: number) => (a: F32, b: F32) => apply("i32", [opcode], a, b);
const logic = (opcode: number) => (a: I32, b: I32) => apply("i32", [opcode], a, b);

/** One float at a time; a mask is an integer, 0 or 1. */
export const one: Lanes<"f32", "i32"> = {
  type: "f32",
  width: 1,
  constant: float,
  spread: (value) => value,
  load: (address, offset = 0) => apply("f32", [0x2a, ...place(offset)], address),
  loadOne: (address, offset = 0) => apply("f32", [0x2a, ...place(offset)], address),
  store: (address, value, offset = 0) => [...address.code, ...value.code, 0x38, ...place(offset)],
  add: scalar(0x92),
  sub: scalar(0x93),
  mul: scalar(0x94),
  div: scalar(0x95),
  mulAdd: (a, b, c) => one.add(one.mul(a, b), c),
  min: scalar(0x96),
  max: scalar(0x97),
  sqrt: (a) => apply("f32", [0x91], a),
  equal: test(0x5b),
  greater: test(0x5e),
  none: () => int(0),
  or: logic(0x72),
  andNot: logic(0x4b), // 1 > 0 and nothing else
  where: (mask, value) => select(mask, value, float(0)),
};

const vector = (opcode: number) => (a: V128, b: V128) => apply("v128", simd(opcode), a, b);

/** Four floats at a time; a mask has all bits of a lane set or none. */
export const four: Lanes<"v128", "v128"> = {
  type: "v128",
  width: 4,
  constant: (value) => apply("v128", simd(0x13), float(value)),
  spread: (value) => apply("v128", simd(0x13), value),
  load: (address, offset = 0) => apply("v128", [...simd(0x00), ...place(offset)], address),
  loadOne: (address, offset = 0) => apply("v128", [...simd(0x09), ...place(offset)], address),
  store: (address, value, offset = 0) => [...address.code, ...value.code, ...simd(0x0b), ...place(offset)],
  add: vector(0xe4),
  sub: vector(0xe5),
  mul: vector(0xe6),
  div: vector(0xe7),
  mulAdd: (a, b, c) => (hasFusedMultiplyAdd ? fusedMultiplyAdd(a, b, c) : four.add(four.mul(a, b), c)),
  min: vector(0xe8),
  max: vector(0xe9),
  sqrt: (a) => apply("v128", simd(0xe3), a),
  equal: vector(0x41),
  greater: vector(0x44),
  none: () => apply("v128", simd(0x13), float(0)),
  or: vector(0x50),
  andNot: vector(0x4f),
  where: vector(0x4e),
};
