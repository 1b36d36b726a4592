import assert from "node:assert/strict";
import fc from "fast-check";
import { type Directions, frontOfTrials, type Point, paretoFront } from "../../../src/pruning/metrics/pareto.ts";
import type { Metrics } from "../../../src/pruning/runs/run.ts";

const ids = (points: readonly Point[]) => points.map(({ id }) => id);
const higher: Directions = { x: "higher", y: "higher" };

/** The definition, word for word: every point against every other. */
function byDefinition(points: readonly Point[], better: Directions): string[] {
  const gain = (a: number, b: number, direction: "higher" | "lower") => (direction === "higher" ? a - b : b - a);
  const beats = (a: Point, b: Point) => {
    const [gx, gy] = [gain(a.x, b.x, better.x), gain(a.y, b.y, better.y)];
    return gx >= 0 && gy >= 0 && (gx > 0 || gy > 0);
  };
  const finite = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  return ids(finite.filter((point) => !finite.some((other) => beats(other, point)))).sort();
}

describe("the Pareto front", () => {
  it("agrees with its definition on any points and directions", () => {
    // Few distinct values, so that ties on one or both axes are common.
    const value = fc.oneof(
      fc.integer({ min: 0, max: 5 }),
      fc.double({ noNaN: true }),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0, 0),
    );
    const direction = fc.constantFrom("higher" as const, "lower" as const);
    fc.assert(
      fc.property(
        fc.array(fc.record({ x: value, y: value }), { maxLength: 40 }),
        fc.record({ x: direction, y: direction }),
        (places, better) => {
          const points = places.map((place, index) => ({ id: String(index), ...place }));
          const front = paretoFront(points, better);
          assert.deepEqual(ids(front).sort(), byDefinition(points, better));
          for (const [index, point] of front.entries()) assert(index === 0 || point.x >= (front[index - 1]?.x ?? 0));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("keeps what no other point beats, along x", () => {
    const points = [
      { id: "sparse", x: 0.9, y: 0.7 },
      { id: "beaten in both", x: 0.5, y: 0.8 },
      { id: "baseline", x: 0, y: 0.91 },
      { id: "beaten in y only", x: 0.6, y: 0.88 },
      { id: "middle", x: 0.6, y: 0.9 },
    ];
    assert.deepEqual(ids(paretoFront(points, higher)), ["baseline", "middle", "sparse"]);
    assert.deepEqual(ids(paretoFront(points, { x: "lower", y: "lower" })), ["baseline", "beaten in both", "sparse"]);
  });

  it("keeps all of several equal points, in the order given", () => {
    const points = ["b", "a", "c"].map((id) => ({ id, x: 0, y: 1 }));
    assert.deepEqual(ids(paretoFront([...points, { id: "worse", x: 0, y: 0.5 }], higher)), ["b", "a", "c"]);
  });

  it("of no points is empty", () => {
    assert.deepEqual(paretoFront([], higher), []);
  });

  it("of 200,000 points takes no quadratic time", function () {
    this.timeout(5000);
    const points = Array.from({ length: 200_000 }, (_, index) => ({ id: String(index), x: index, y: -index }));
    assert.equal(paretoFront(points, higher).length, points.length);
  });
});

describe("the Pareto front of trials", () => {
  const metrics = (values: Partial<Metrics>) => ({ sparsity: 0, bytes: 1, macs: null, ...values }) as Metrics;

  it("knows each metric's better direction and leaves out trials that lack one", () => {
    const trials = [
      { id: "run/0", metrics: metrics({ bytes: 4000, loss: 0.3 }) },
      { id: "run/1", metrics: metrics({ bytes: 2000, loss: 0.4 }) },
      { id: "run/2", metrics: metrics({ bytes: 3000, loss: 0.5 }) },
      { id: "run/3", metrics: metrics({ bytes: 1 }) },
    ];
    assert.deepEqual(frontOfTrials(trials, "bytes", "loss"), ["run/1", "run/0"]);
    assert.deepEqual(frontOfTrials(trials, "macs", "loss"), []);
  });
});
