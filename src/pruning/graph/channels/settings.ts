import type { Traced } from "../layers/rule.ts";
import type { JsonPath } from "../layers/topology.ts";
import type { ChannelIds, ChannelSetting } from "./channels.ts";
import { type AxisSymbols, channelsAt, type Symbols } from "./symbols.ts";
import type { Tracer } from "./tracer.ts";

/**
 * A setting of a layer, or a length that it remembers from its first call, and what it counted in its calls: in those
 * where a layer makes what stands there.
 */
interface CountedSetting {
  /** Nothing for a length that stands in no file. */
  readonly path?: JsonPath;
  /** Where the layer's config stands. */
  readonly at: string;
  readonly layer: string;
  readonly counts: NonNullable<AxisSymbols>[];
}

/** Collects the numbers in model.json that count symbols. A shared layer is called more than once, and has them once. */
export class TracedSettings {
  readonly #settings = new Map<string, CountedSetting>();
  /** By where a layer's config stands. */
  readonly #calls = new Map<string, number>();

  /**
   * @param counts what a layer's settings count in one of its calls; paths from its config, which stands at `at`
   * @param remembered of a layer that refuses further calls on another shape, what it is called on
   */
  called(at: JsonPath, layer: string, counts: NonNullable<Traced["counts"]>, remembered?: Symbols): void {
    const place = at.join();
    this.#calls.set(place, (this.#calls.get(place) ?? 0) + 1);
    for (const { path, channels } of counts)
      this.#count(path.join(), channels, { path: [...at, ...path], at: place, layer });
    for (const [axis, channels] of (remembered?.axes ?? []).entries()) {
      if (channels) this.#count(`axis ${axis}`, channels, { at: place, layer });
    }
  }

  #count(key: string, channels: NonNullable<AxisSymbols>, setting: Omit<CountedSetting, "counts">): void {
    const whole = `${setting.at},${key}`;
    const counted = this.#settings.get(whole) ?? { ...setting, counts: [] };
    this.#settings.set(whole, counted);
    counted.counts.push(channels);
  }

  /**
   * What each setting counts, in symbols, once the whole network has been traced. Reading a field that no layer has
   * read ties its elements; so does a setting that counts in several calls.
   */
  settle(tracer: Tracer): ChannelSetting[] {
    return [...this.#settings.values()].flatMap(({ path, at, layer, counts }) => {
      const [first, ...others] = counts.flatMap((symbols) => channelsAlong(symbols, tracer) ?? []);
      if (!first) return [];
      for (const other of others) tracer.tie(first, other);
      if (1 + others.length < (this.#calls.get(at) ?? 0)) {
        tracer.lock(first, `Layer "${layer}" is shared with inputs that no layer makes.`);
      }
      return path ? [{ path, channels: first }] : [];
    });
  }
}

/** What a setting counts: of a field that no layer has read, its last axis. */
function channelsAlong(symbols: NonNullable<AxisSymbols>, tracer: Tracer): ChannelIds | null {
  if (!("field" in symbols)) return symbols;
  const { field, at } = symbols;
  field.chosen ?? channelsAt({ shape: [], axes: [{ field, at: field.lengths.length - 1 }] }, 0, tracer);
  return channelsAt({ shape: [], axes: [{ field, at }] }, 0, tracer);
}
