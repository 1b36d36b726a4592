import { add, type I32, type Int, int, less, sub, type Type, unsigned, type Value } from "./values.ts";

/** A variable of a function. */
export interface Local<T extends Type = Type> extends Value<T> {
  readonly index: number;
}

/** A function of 32-bit integers, addresses and floats' bits among them, that gives nothing back. */
export interface Definition<P extends string = string> {
  readonly name: string;
  readonly parameters: readonly P[];
  readonly write: (body: Body, parameters: Readonly<Record<P, Local<"i32">>>) => void;
}

export function define<P extends string>(
  name: string,
  parameters: readonly P[],
  write: Definition<P>["write"],
): Definition<P> {
  return { name, parameters, write };
}

/** Collects a function's instructions. Where a method takes a callback, that writes the instructions inside. */
export class Body {
  readonly code: number[] = [];
  /** Types of the variables that are not parameters. */
  readonly locals: Type[] = [];

  constructor(
    private readonly parameterCount: number,
    /** The number under which a function of the same module is called. */
    private readonly indexOf: (definition: Definition) => number,
  ) {}

  /** A variable with a first value. Where it stands in a loop, it gets that value in every round. */
  local<T extends Type>(value: Value<T>): Local<T> {
    const index = this.parameterCount + this.locals.length;
    this.locals.push(value.type);
    const local = localAt(value.type, index);
    this.set(local, value);
    return local;
  }

  int(value: Int): Local<"i32"> {
    return this.local(int(value));
  }

  set<T extends Type>(local: Local<T>, value: Value<T>): void {
    this.code.push(...value.code, 0x21, ...unsigned(local.index));
  }

  increase(local: Local<"i32">, by: Int): void {
    this.set(local, add(local, by));
  }

  /** Instructions as they are, such as a store. */
  run(instructions: readonly number[]): void {
    this.code.push(...instructions);
  }

  storeInt(address: I32, value: Int, offset = 0): void {
    this.run([...address.code, ...int(value).code, 0x36, 0, ...unsigned(offset)]);
  }

  /** Copies bytes; the places may not overlap. */
  copy(to: Int, from: Int, bytes: Int): void {
    this.run([...int(to).code, ...int(from).code, ...int(bytes).code, 0xfc, 10, 0, 0]);
  }

  /** Fills bytes with 0. */
  clear(address: Int, bytes: Int): void {
    this.run([...int(address).code, ...int(0).code, ...int(bytes).code, 0xfc, 11, 0]);
  }

  call<P extends string>(definition: Definition<P>, operands: Readonly<Record<P, Int>>): void {
    for (const name of definition.parameters) this.run(int(operands[name]).code);
    this.run([0x10, ...unsigned(this.indexOf(definition))]);
  }

  when(condition: I32, then: () => void): void {
    this.run([...condition.code, 0x04, 0x40]);
    then();
    this.run([0x0b]);
  }

  /** `count` rounds; none where it is 0 or less. */
  repeat(count: Int, round: () => void): void {
    const left = this.int(count);
    this.when(less(0, left), () => {
      this.run([0x03, 0x40]);
      round();
      this.increase(left, -1);
      this.run([...left.code, 0x0d, 0, 0x0b]);
    });
  }

  /** Rounds with `i` counting up from `from` to just before `to`. */
  range(from: Int, to: Int, round: (i: Local<"i32">) => void): void {
    const i = this.int(from);
    this.repeat(sub(to, from), () => {
      round(i);
      this.increase(i, 1);
    });
  }
}

export function localAt<T extends Type>(type: T, index: number): Local<T> {
  return { type, index, code: [0x20, ...unsigned(index)] };
}
