import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Engine } from "../../../src/pruning/engine/engine.ts";
import { needsWebGpu, openWhenFree, optionsFor, places } from "./backends.ts";
import { type Case, cases } from "./gradients/cases.ts";
import { type Difference, differencesOf, type Gradients, gradientsOf } from "./gradients/differences.ts";
import { onStockWasm } from "./wasm.ts";
import { onStockWebGpu } from "./webgpu.ts";

/** What every backend has to agree with. */
interface Reference {
  /** From forward passes only. */
  readonly differences: readonly Difference[];
  /** Plain JavaScript, in double precision within an operation. Itself held against the differences. */
  readonly onCpu: Gradients;
}

const references = new Map<Case, Reference>();
const referenceOf = (test: Case) => references.get(test) as Reference;

/** Distance as a share of the greatest value; infinite where one is not a number, or missing. */
function distance(pairs: readonly (readonly [actual: number | undefined, expected: number])[]): number {
  const scale = pairs.reduce((most, [, expected]) => Math.max(most, Math.abs(expected)), 1e-2);
  return pairs.reduce((most, [actual = Number.NaN, expected]) => {
    const error = Math.abs(actual - expected) / scale;
    return Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(most, error);
  }, 0);
}

/** From the central differences, those at kinks left out. */
function fromDifferences({ by }: Gradients, differences: readonly Difference[]): number {
  const smooth = differences.filter(({ value }) => !Number.isNaN(value));
  return distance(smooth.map(({ of, place, value }) => [by[of]?.[place], value]));
}

/** From what another backend computed, everywhere. */
function fromOther({ y, by }: Gradients, other: Gradients): number {
  const pairs = (a: Float32Array | undefined, b: Float32Array) =>
    Array.from(b, (value, i): [number | undefined, number] => [a?.[i], value]);
  return Math.max(distance(pairs(y, other.y)), ...other.by.map((gradient, i) => distance(pairs(by[i], gradient))));
}

describe("Gradients", function () {
  this.timeout(60_000);

  before("are differentiated numerically", async () => {
    const engine = await openWhenFree({ backend: "cpu", tfjsNodeFolders: [] });
    for (const test of cases) {
      references.set(test, { differences: differencesOf(test), onCpu: await gradientsOf(test) });
    }
    engine.dispose();
  });

  for (const place of places) {
    describe(`on ${place}`, () => {
      let engine: Engine;
      before(async function () {
        engine = await openWhenFree(optionsFor(this, place));
      });
      after(() => engine?.dispose());

      for (const test of cases) {
        it(test.name, async () => {
          const { differences, onCpu } = referenceOf(test);
          const tensors = tf.memory().numTensors;
          const gradients = await gradientsOf(test);
          assert.equal(tf.memory().numTensors, tensors, "tensors are left behind");
          const kinks = differences.filter(({ value }) => Number.isNaN(value)).length;
          assert.ok(kinks <= differences.length / 4, `${kinks} of ${differences.length} differences are at kinks`);
          const error = fromDifferences(gradients, differences);
          assert.ok(error < (test.tolerance ?? 1e-3), `${error} from central differences`);
          assert.ok(fromOther(gradients, onCpu) < 2e-5, `${fromOther(gradients, onCpu)} from plain JavaScript`);
        });
      }
    });
  }

  describe("that stock tfjs gets wrong", () => {
    const faulty = (backend: "cpu" | "wasm" | "webgpu") =>
      cases.filter(({ faults }) => faults?.[backend] !== undefined);
    /** Each that fails or is wrong, as is to be expected. */
    const check = async (tests: readonly Case[]) => {
      for (const test of tests) {
        const gradients = await gradientsOf(test, false).catch(() => undefined);
        const { onCpu } = referenceOf(test);
        assert.ok(!gradients || fromOther(gradients, onCpu) > 1e-2, `${test.name} is right now`);
      }
    };

    it("on cpu", async () => {
      await tf.setBackend("cpu");
      await check(faulty("cpu"));
    });

    it("on wasm", () => onStockWasm(() => check(faulty("wasm"))));

    it("on webgpu", async function () {
      await onStockWebGpu(needsWebGpu(this), () => check(faulty("webgpu")));
    });
  });
});
