// Numbers as people read them. A quantity knows its unit, how to write one value in full, and how to write it
// short beside a chart's axis.

/** One kind of number: how it is written. */
export interface Quantity {
  readonly unit: string;
  /** In full, for tables and sentences: `60.0 %`, `1.23 MB`, `145,578`. */
  readonly format: (value: number) => string;
  /** Short, for the ticks of an axis whose ticks lie `step` apart. */
  readonly tick: (value: number, step: number) => string;
  /** How far a value is from a reference value, signed: `−3.1 points`, `−55 %`. */
  readonly change: (value: number, reference: number) => string;
}

const MINUS = "−";

/** To the nearest whole, with commas. Without `Intl`, whose first use takes 12 ms: half of what activation takes. */
function grouped(value: number): string {
  return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Decimals needed to tell ticks apart that lie `step` apart, at most 6. */
function decimals(step: number): number {
  return step > 0 ? Math.min(6, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9))) : 0;
}

/** Three significant digits, without an exponent for the sizes met here: `1.23`, `12.3`, `123`. */
function significant(value: number): string {
  return value !== 0 && Math.abs(value) >= 100 ? grouped(value) : value.toPrecision(3);
}

/** Steps of a thousand, the unit chosen after rounding, so that 999,999 is `1.00 M` and not `1000 k`. */
function scaled(value: number, units: readonly string[], digits: (mantissa: number, power: number) => string): string {
  let power = 0;
  let mantissa = value;
  while (power < units.length - 1 && Number(Math.abs(mantissa).toPrecision(3)) >= 1000) {
    mantissa /= 1000;
    power++;
  }
  return `${digits(mantissa, power)} ${units[power]}`.trimEnd();
}

const wholeThenSignificant = (mantissa: number, power: number) =>
  power === 0 ? grouped(mantissa) : significant(mantissa);
const shortest = (mantissa: number) => String(Number(mantissa.toPrecision(3)));

const BYTES = ["B", "kB", "MB", "GB", "TB"];
const MULTIPLES = ["", "k", "M", "G", "T"];

function signed(amount: number, text: string): string {
  const sign = amount < 0 ? MINUS : "+";
  return Number.parseFloat(text) === 0 ? `±${text}` : `${sign}${text}`;
}

function relativeChange(value: number, reference: number): string {
  if (value === reference) return "±0 %";
  if (reference === 0) return "";
  const percent = ((value - reference) / Math.abs(reference)) * 100;
  const size = Math.abs(percent);
  return `${signed(percent, size >= 10 ? grouped(size) : size.toFixed(1))} %`;
}

/**
 * A share of 0 to 1 as a percentage with one decimal. More decimals near the ends, so that 99.97 % is never
 * shown as 100 %.
 */
function percentage(share: number): string {
  const percent = share * 100;
  for (let digits = 1; digits < 5; digits++) {
    const text = percent.toFixed(digits);
    const exact = share === 0 || share === 1;
    if (exact || (Number(text) !== 0 && Number(text) !== 100)) return `${text} %`;
  }
  return `${percent.toFixed(5)} %`;
}

export const share: Quantity = {
  unit: "%",
  format: percentage,
  tick: (value, step) => `${(value * 100).toFixed(decimals(step * 100))} %`,
  change: (value, reference) => {
    const points = (value - reference) * 100;
    return `${signed(points, Math.abs(points).toFixed(1))} points`;
  },
};

export const count: Quantity = {
  unit: "",
  format: (value) => grouped(value),
  tick: (value) => scaled(value, MULTIPLES, shortest),
  change: relativeChange,
};

/** Counts too long to read in full. */
export const largeCount: Quantity = {
  unit: "",
  format: (value) => scaled(value, MULTIPLES, wholeThenSignificant),
  tick: (value) => scaled(value, MULTIPLES, shortest),
  change: relativeChange,
};

/** 1 kB = 1,000 B, as disks and networks count. */
export const bytes: Quantity = {
  unit: "B",
  format: (value) => scaled(value, BYTES, wholeThenSignificant),
  tick: (value) => scaled(value, BYTES, shortest),
  change: relativeChange,
};

export const milliseconds: Quantity = {
  unit: "ms",
  format: (value) => `${significant(value)} ms`,
  tick: (value, step) => `${value.toFixed(decimals(step))} ms`,
  change: relativeChange,
};

export const times: Quantity = {
  unit: "×",
  format: (value) => `${significant(value)} ×`,
  tick: (value, step) => `${value.toFixed(decimals(step))} ×`,
  change: (value, reference) => `${signed(value - reference, significant(Math.abs(value - reference)))} ×`,
};

export const nats: Quantity = {
  unit: "nats",
  format: significant,
  tick: (value, step) => value.toFixed(decimals(step)),
  change: (value, reference) => signed(value - reference, Math.abs(value - reference).toFixed(3)),
};
