import assert from "node:assert/strict";
import {
  formatMetric,
  metricDefinition,
  metricDefinitions,
  metricValue,
  xMetrics,
  yMetrics,
} from "../../../src/pruning/metrics/definitions.ts";
import { bytes, count, largeCount, milliseconds, nats, share, times } from "../../../src/pruning/metrics/quantities.ts";
import type { Metrics } from "../../../src/pruning/runs/run.ts";

const measured: Metrics = {
  sparsity: 0.6,
  parameters: 145_578,
  nonZero: 58_231,
  compression: 2.5,
  macs: null,
  effectiveMacs: 12_345_678,
  bytes: 1_234_567,
  gzipBytes: 456_789,
  latencyMs: 12.4,
  accuracy: 0.875,
  loss: Number.NaN,
};

describe("metric definitions", () => {
  it("say of every axis which way is better, and of every metric what it is", () => {
    for (const { key, title, definition } of metricDefinitions) {
      assert.match(title, /^[A-Z]/);
      assert.match(definition, /\.$/, `${key} ends as a sentence`);
    }
    assert.deepEqual(new Set(metricDefinitions.map(({ title }) => title)).size, metricDefinitions.length);
    assert.deepEqual(
      [...xMetrics, ...yMetrics].filter((key) => metricDefinition(key).better === "higher"),
      ["sparsity", "accuracy", "top5", "agreement"],
    );
  });

  it("read values, and nothing where nothing was measured", () => {
    assert.equal(metricValue(measured, "bytes"), 1_234_567);
    for (const key of ["macs", "top5", "loss"] as const) assert.equal(metricValue(measured, key), undefined);
    assert.equal(formatMetric(measured, "macs"), "–");
  });

  it("write values for people", () => {
    assert.deepEqual(
      (["sparsity", "parameters", "compression", "effectiveMacs", "bytes", "gzipBytes", "latencyMs"] as const).map(
        (key) => formatMetric(measured, key),
      ),
      ["60.0 %", "145,578", "2.50 ×", "12.3 M", "1.23 MB", "457 kB", "12.4 ms"],
    );
  });
});

describe("quantities", () => {
  it("never round a share to nothing or to all", () => {
    assert.deepEqual([0, 0.0004, 0.6, 0.9049, 0.9996, 0.99999, 1].map(share.format), [
      "0.0 %",
      "0.04 %",
      "60.0 %",
      "90.5 %",
      "99.96 %",
      "99.999 %",
      "100.0 %",
    ]);
  });

  it("choose a unit after rounding", () => {
    assert.deepEqual([0, 999, 1000, 999_499, 999_500, 25_000_000, 4.2e9].map(bytes.format), [
      "0 B",
      "999 B",
      "1.00 kB",
      "999 kB",
      "1.00 MB",
      "25.0 MB",
      "4.20 GB",
    ]);
    assert.deepEqual([0, 999, 15_470_264_320].map(largeCount.format), ["0", "999", "15.5 G"]);
    assert.equal(count.format(138_357_544), "138,357,544");
  });

  it("keep three digits of times and losses", () => {
    assert.deepEqual([0.4237, 12.44, 1240.4].map(milliseconds.format), ["0.424 ms", "12.4 ms", "1,240 ms"]);
    assert.deepEqual([0, 0.31249, Math.log(10), 123.4].map(nats.format), ["0.00", "0.312", "2.30", "123"]);
    assert.equal(times.format(2.5), "2.50 ×");
  });

  it("write ticks just long enough to differ", () => {
    assert.deepEqual(
      [0.2, 0.4].map((value) => share.tick(value, 0.2)),
      ["20 %", "40 %"],
    );
    assert.deepEqual(
      [0.905, 0.91].map((value) => share.tick(value, 0.005)),
      ["90.5 %", "91.0 %"],
    );
    assert.deepEqual(
      [0, 500_000, 1_000_000].map((value) => bytes.tick(value, 500_000)),
      ["0 B", "500 kB", "1 MB"],
    );
    assert.equal(milliseconds.tick(0.25, 0.05), "0.25 ms");
  });

  it("compare with a reference", () => {
    assert.equal(share.change(0.875, 0.9064), "−3.1 points");
    assert.equal(share.change(0.6, 0), "+60.0 points");
    assert.equal(share.change(0.9064, 0.9064), "±0.0 points");
    assert.equal(bytes.change(450, 1000), "−55 %");
    assert.equal(bytes.change(1012, 1000), "+1.2 %");
    assert.equal(bytes.change(1000, 1000), "±0 %");
    assert.equal(times.change(2.5, 1), "+1.50 ×");
  });
});
