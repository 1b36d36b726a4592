import type { PanelRun } from "../protocol/panel.ts";
import { count, share } from "../pruning/metrics/quantities.ts";
import type { FactorRecord } from "../pruning/runs/run.ts";
import { formatNumber } from "../pruning/text.ts";

type Group = FactorRecord["groups"][number];

/** Where a histogram's bars stand: its width and height, in units of its own. */
export const histogramSize = { width: 120, height: 64 } as const;

/** Width of the bar of what is exactly zero, and of the gap behind it. */
const zeroWidth = 8;
const gap = 4;

export interface Bar {
  readonly x: number;
  readonly width: number;
  readonly height: number;
  /** What is exactly zero, and goes. */
  readonly isZero: boolean;
  /** What it says, in words. */
  readonly title: string;
}

/** One group's small histogram: how many factors are zero, and how the others are spread. */
export interface Histogram {
  readonly name: string;
  /** `12 of 32 are zero`. */
  readonly zeros: string;
  /** All of it in words. */
  readonly description: string;
  /** None for what nothing lies in. */
  readonly bars: readonly Bar[];
}

/** The factors of a step as the page shows them: small histograms of one scale, and the same as a table. */
export interface FactorModel {
  readonly key: string;
  readonly title: string;
  /** What there is to see, and on which scale. */
  readonly caption: string;
  readonly histograms: readonly Histogram[];
  readonly ranges: readonly string[];
  readonly rows: readonly { readonly name: string; readonly cells: readonly string[] }[];
}

/** The factors that some runs train, or have trained. */
export function factorModels(runs: readonly PanelRun[]): FactorModel[] {
  return runs.flatMap((run) => run.factors.map((record) => modelOf(run, record)));
}

/** Bins that a column of the table holds. */
const binsTogether = 5;

function modelOf(run: PanelRun, record: FactorRecord): FactorModel {
  const { place, label, by, gamma, step, steps, top, groups } = record;
  const state = step === steps ? "" : run.status === "running" ? " (training)" : " (not finished)";
  const what = by === "norms" ? "Norms, as shares of the largest of the same layer," : "Factors, which begin at 1,";
  const bins = groups[0]?.bins.length ?? 0;
  const columns = Array.from({ length: Math.ceil(bins / binsTogether) }, (_, i) => i * binsTogether);
  const end = (bin: number) => formatNumber((Math.min(bin, bins) / bins) * top);
  return {
    key: `${run.id} ${place}`,
    title: `${run.title}: ${label}${state}`,
    caption: `${what} after ${count.format(step)} of ${count.format(steps)} steps with γ ${formatNumber(gamma)}, from 0 on the left to ${formatNumber(top)}. The bar that stands apart counts those that are exactly zero.`,
    histograms: groups.map((group) => histogramOf(group, top)),
    ranges: columns.map((bin) => `${bin === 0 ? "above 0" : end(bin)} to ${end(bin + binsTogether)}`),
    rows: groups.map((group) => ({
      name: group.layers.join(", "),
      cells: [
        count.format(group.count),
        `${count.format(group.zero)} (${share.format(group.zero / Math.max(1, group.count))})`,
        ...columns.map((bin) => count.format(sum(group.bins.slice(bin, bin + binsTogether)))),
      ],
    })),
  };
}

function histogramOf({ layers, count: all, zero, bins }: Group, top: number): Histogram {
  const { width, height } = histogramSize;
  const most = Math.max(1, zero, ...bins);
  const step = (width - zeroWidth - gap) / bins.length;
  const heightOf = (number: number) => (height * number) / most;
  const end = (bin: number) => formatNumber((bin / bins.length) * top);
  const others = bins.map((number, bin): Bar & { number: number } => ({
    number,
    x: zeroWidth + gap + bin * step,
    width: step,
    height: heightOf(number),
    isZero: false,
    title: `${count.format(number)} ${bin === 0 ? "" : `above ${end(bin)} and `}up to ${end(bin + 1)}`,
  }));
  const name = layers.join(", ");
  const zeros = `${count.format(zero)} of ${count.format(all)} ${zero === 1 ? "is" : "are"} zero`;
  const bars: Bar[] = [
    { x: 0, width: zeroWidth, height: heightOf(zero), isZero: true, title: zeros },
    ...others.filter(({ number }) => number > 0).map(({ number: _, ...bar }) => bar),
  ].filter((bar) => bar.height > 0);
  const said = [zeros, ...bars.filter(({ isZero }) => !isZero).map(({ title }) => title)];
  return { name, zeros, bars, description: `${name}: ${said.join(", ")}.` };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
