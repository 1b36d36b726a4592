import type { Model } from "../../../../../src/pruning/model/model.ts";
import {
  conv,
  dense,
  flatten,
  functional,
  innerLayer,
  input,
  layer,
  still,
  type Tensor,
} from "../architectures/architecture.ts";

// What every weight loses when filters of layer `a` go, worked out by hand, layer class by layer class.

export type Format = "channelsLast" | "channelsFirst";

/** Indices that go, by axis. */
type Lost = Readonly<Record<number, readonly number[]>>;

export interface WeightCase {
  readonly formats?: readonly Format[];
  readonly build: (format: Format) => Promise<Model>;
  /** By weight; those left out stay as they are. @param gone filters of `a`, of which there are four */
  readonly lost: (gone: readonly number[], format: Format) => Readonly<Record<string, Lost>>;
}

export const filters = 4;
export const both = ["channelsLast", "channelsFirst"] as const;
export const first = { kernelInitializer: "zeros", kernelSize: 2, padding: "same" };

/** An image of 3 by 2 places and 2 channels, and what comes of `a` on it. */
export function start(
  dataFormat: Format,
  places: readonly number[] = [3, 2],
): { x: Tensor; a: Tensor; dataFormat: Format } {
  const x = dataFormat === "channelsLast" ? input("x", ...places, 2) : input("x", 2, ...places);
  return { x, a: conv("a", filters, { dataFormat })(x), dataFormat };
}

export const lostByA = (gone: readonly number[]) => ({ "a/kernel": { 3: gone }, "a/bias": { 0: gone } });

/** Positions in a flattened image: with channels last, place by place; with channels first, channel by channel. */
export const flattened = (gone: readonly number[], places: number, format: Format): number[] =>
  Array.from({ length: places * filters }, (_, i) => i).filter((i) =>
    gone.includes(format === "channelsLast" ? i % filters : Math.floor(i / places)),
  );

/** The columns of gates that lie side by side. */
export const gated = (gone: readonly number[], gates: number): number[] =>
  Array.from({ length: gates }, (_, gate) => gone.map((unit) => gate * filters + unit)).flat();

/** A layer between `a` and a dense layer that reads all places. */
export function between(
  make: (dataFormat: Format) => (a: Tensor) => Tensor,
  places: number,
  lost: WeightCase["lost"] = () => ({}),
  formats: readonly Format[] = both,
): WeightCase {
  return {
    formats,
    build: (format) => {
      const { x, a } = start(format);
      return functional(x, dense("out", 3)(flatten()(make(format)(a))));
    },
    lost: (gone, format) => ({
      ...lostByA(gone),
      ...lost(gone, format),
      "out/kernel": { 0: flattened(gone, places, format) },
    }),
  };
}

/** A layer that reads the channels of `a`, and has an output of its own. */
export function reading(
  make: (dataFormat: Format) => (a: Tensor) => Tensor,
  axis: number,
  places?: readonly number[],
): WeightCase {
  return {
    formats: both,
    build: (format) => {
      const { x, a } = start(format, places);
      return functional(x, make(format)(a));
    },
    lost: (gone) => ({ ...lostByA(gone), "out/kernel": { [axis]: gone } }),
  };
}

/** A recurrent layer of four units, `a`, read by a dense layer. */
export function recurrent(make: string, gates: number): WeightCase {
  return {
    build: () => {
      const x = input("x", 3, 2);
      return functional(x, dense("out", 3)(layer(make, "a", { units: filters, ...still })(x)));
    },
    lost: (gone) => ({
      "a/kernel": { 1: gated(gone, gates) },
      "a/recurrent_kernel": { 0: gone, 1: gated(gone, gates) },
      "a/bias": { 0: gated(gone, gates) },
      "out/kernel": { 0: gone },
    }),
  };
}

export function bidirectional(mergeMode: string): WeightCase {
  return {
    build: () => {
      const x = input("x", 3, 2);
      const inner = innerLayer("gru", "gru", { units: filters, ...still });
      return functional(x, dense("out", 3)(layer("bidirectional", "a", { layer: inner, mergeMode })(x)));
    },
    lost: (gone) => ({
      ...Object.fromEntries(
        ["forward", "backward"].flatMap((direction) => [
          [`a/${direction}_gru/kernel`, { 1: gated(gone, 3) }],
          [`a/${direction}_gru/recurrent_kernel`, { 0: gone, 1: gated(gone, 3) }],
          [`a/${direction}_gru/bias`, { 0: gated(gone, 3) }],
        ]),
      ),
      "out/kernel": { 0: mergeMode === "concat" ? gated(gone, 2) : gone },
    }),
  };
}

/** A convolution `a` over some axes, read by another of its kind. */
export function convolutions(make: string, axes: number, format: Format, order: "in, out" | "out, in"): WeightCase {
  const places = Array<number>(axes).fill(3);
  const [made, read] = order === "in, out" ? [axes + 1, axes] : [axes, axes + 1];
  return {
    formats: [format],
    build: (dataFormat) => {
      const x = dataFormat === "channelsLast" ? input("x", ...places, 2) : input("x", 2, ...places);
      const config = { ...first, filters, dataFormat };
      return functional(x, layer(make, "out", { ...config, filters: 2 })(layer(make, "a", config)(x)));
    },
    lost: (gone) => ({ "a/kernel": { [made]: gone }, "a/bias": { 0: gone }, "out/kernel": { [read]: gone } }),
  };
}

export const channelsIn = (format: Format) => (format === "channelsLast" ? -1 : 1);
