import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Layer, Network } from "../../../src/pruning/graph/network.ts";
import { magnitude } from "../../../src/pruning/methods/magnitude.ts";
import type { MagnitudeOptions } from "../../../src/pruning/methods/magnitudeSpec.ts";
import type { Pruned } from "../../../src/pruning/methods/spec.ts";
import type { Model, Weight } from "../../../src/pruning/model/model.ts";
import { decodeFloats } from "../../../src/pruning/model/values.ts";
import { decodedByTensorFlow } from "../../support/browser.ts";

/** A model of layers of the given kernels; every layer has a bias of small values too. */
function modelOf(layers: readonly (readonly Weight[])[]): { model: Model; network: Network } {
  const biases = layers.map((_, i) => floats(`l${i}/bias`, [0, 1e-9, -1e-9]));
  const all = [...layers.flat(), ...biases];
  const weights = new Map(all.map((weight) => [weight.name, weight]));
  const model: Model = { format: "graph-model", source: "{}", json: {}, weights, groups: [] };
  const network = layers.map((kernels, i): Layer => {
    const roles = kernels.map(({ name }) => ({ name, role: "kernel" as const }));
    const bias = { name: `l${i}/bias`, role: "bias" as const };
    return { name: `l${i}`, type: "Op", outputShape: null, macs: null, prunable: true, weights: [...roles, bias] };
  });
  return { model, network: { inputs: [], outputs: [], layers: network } };
}

function floats(name: string, values: Iterable<number>): Weight {
  const stored = Float32Array.from(values);
  return { name, shape: [stored.length], dtype: "float32", bytes: new Uint8Array(stored.buffer) };
}

const prune = (layers: readonly (readonly Weight[])[], options: MagnitudeOptions): Pruned => {
  const { model, network } = modelOf(layers);
  return magnitude(model, options, { network }) as Pruned;
};

/** What a browser makes of the pruned kernels, layer by layer. */
const loaded = (layers: readonly (readonly Weight[])[], { model }: Pruned): Promise<Float32Array[][]> =>
  Promise.all(
    layers.map((kernels) =>
      Promise.all(
        kernels.map(async ({ name }) => {
          const { values } = await decodedByTensorFlow(model.weights.get(name) as Weight);
          return values as Float32Array;
        }),
      ),
    ),
  );

const zerosOf = (kernels: readonly Float32Array[]): number =>
  kernels.reduce((sum, values) => sum + values.filter((value) => value === 0).length, 0);
const sizeOfAll = (kernels: readonly { length: number }[]): number =>
  kernels.reduce((sum, { length }) => sum + length, 0);

const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.float({ noDefaultInfinity: true, noNaN: true }));
const kernel = fc.oneof(
  fc.array(value, { minLength: 1, maxLength: 20 }).map((values) => floats("", values)),
  fc.uint8Array({ minLength: 1, maxLength: 20 }).map(
    (bytes): Weight => ({
      ...floats("", bytes),
      bytes,
      quantization: { dtype: "uint8", scale: 0.1, min: -12.700000000000001 },
    }),
  ),
);
const someLayers = fc
  .array(fc.array(kernel, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 })
  .map((layers) => layers.map((kernels, l) => kernels.map((weight, k) => ({ ...weight, name: `l${l}/k${k}` }))));
const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("magnitude pruning", () => {
  it("reaches a sparsity over all layers to the weight, the smallest first, and changes nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(someLayers, share, async (layers, sparsity) => {
        const result = prune(layers, { sparsity });
        const before = layers.flat().map(decodeFloats);
        const after = (await loaded(layers, result)).flat();
        const asked = Math.round(sparsity * sizeOfAll(before));
        assert.equal(zerosOf(after), Math.max(asked, zerosOf(before)));

        let largestPruned = 0;
        let smallestKept = Number.POSITIVE_INFINITY;
        for (const [k, values] of after.entries()) {
          for (const [i, kept] of values.entries()) {
            const original = (before[k] as Float32Array)[i] as number;
            if (kept === 0) largestPruned = Math.max(largestPruned, Math.abs(original));
            else {
              assert.equal(kept, original);
              smallestKept = Math.min(smallestKept, Math.abs(original));
            }
          }
        }
        assert.ok(largestPruned <= smallestKept);
      }),
      { numRuns: 200 },
    );
  });

  it("reaches a sparsity in each layer to the weight, over its kernels together", async () => {
    await fc.assert(
      fc.asyncProperty(someLayers, share, async (layers, sparsity) => {
        const after = await loaded(layers, prune(layers, { sparsity, scope: "layer" }));
        for (const [l, kernels] of layers.entries()) {
          const before = kernels.map(decodeFloats);
          const asked = Math.round(sparsity * sizeOfAll(before));
          assert.equal(zerosOf(after[l] as Float32Array[]), Math.max(asked, zerosOf(before)));
        }
      }),
    );
  });

  it("prunes a model already sparse to the same weights as in one go", () => {
    fc.assert(
      fc.property(someLayers, share, share, (layers, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        const { model, network } = modelOf(layers);
        const first = magnitude(model, { sparsity: less }, { network }) as Pruned;
        const second = magnitude(first.model, { sparsity: more }, { network }) as Pruned;
        const atOnce = magnitude(model, { sparsity: more }, { network }) as Pruned;
        for (const [name, weight] of atOnce.model.weights) {
          assert.deepEqual(decodeFloats(second.model.weights.get(name) as Weight), decodeFloats(weight));
        }
      }),
    );
  });

  it("prunes strictly below a threshold, as a plain loop does", async () => {
    const thresholds = fc.oneof(fc.constantFrom(0, 1, 2, 0.1, 1e-45), fc.double({ min: 0, max: 5, noNaN: true }));
    await fc.assert(
      fc.asyncProperty(someLayers, thresholds, async (layers, threshold) => {
        const after = (await loaded(layers, prune(layers, { threshold }))).flat();
        for (const [k, weight] of layers.flat().entries()) {
          const expected = decodeFloats(weight).map((each) => (Math.abs(each) < threshold ? 0 : each));
          assert.deepEqual(withoutSigns(after[k] as Float32Array), withoutSigns(expected));
        }
      }),
    );
  });

  it("prunes below quality × the standard deviation of each kernel, as a plain loop does", async () => {
    await fc.assert(
      fc.asyncProperty(someLayers, fc.double({ min: 0, max: 2, noNaN: true }), async (layers, quality) => {
        const after = (await loaded(layers, prune(layers, { quality }))).flat();
        for (const [k, weight] of layers.flat().entries()) {
          const values = [...decodeFloats(weight)];
          const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
          const deviation = Math.sqrt(
            values.reduce((sum, each) => sum + (each - mean) * (each - mean), 0) / values.length,
          );
          const expected = values.map((each) => (Math.abs(each) < quality * deviation ? 0 : each));
          assert.deepEqual(withoutSigns(after[k] as Float32Array), withoutSigns(expected));
        }
      }),
    );
  });

  /** −0 is zero before and after. */
  const withoutSigns = (values: Iterable<number>): number[] => [...values].map((each) => (each === 0 ? 0 : each));

  it("agrees with Han et al.'s formula on numbers worked out by hand", () => {
    // Mean 0, standard deviation √((1 + 1 + 9 + 9) / 4) = √5 = 2.236…
    const [after] = [...prune([[floats("k", [1, -1, 3, -3])]], { quality: 0.44 }).model.weights.values()];
    assert.deepEqual([...decodeFloats(after as Weight)], [1, -1, 3, -3]);
    const [more] = [...prune([[floats("k", [1, -1, 3, -3])]], { quality: 0.45 }).model.weights.values()];
    assert.deepEqual([...decodeFloats(more as Weight)], [0, 0, 3, -3]);
  });

  it("breaks ties by position, over the layers in their order, the same each time", () => {
    const layers = [[floats("a", [1, 1, 1])], [floats("b", [-1, 1, 1])]];
    const results = [1, 2].map(() => {
      const { model } = prune(layers, { sparsity: 4 / 6 });
      return ["a", "b"].map((name) => [...decodeFloats(model.weights.get(name) as Weight)]);
    });
    assert.deepEqual(results[0], [
      [0, 0, 0],
      [0, 1, 1],
    ]);
    assert.deepEqual(results[1], results[0]);
  });

  it("leaves biases and the input model alone", () => {
    const layers = [[floats("a", [1, 2, 3])], [floats("b", [4, 5])]];
    const { model, network } = modelOf(layers);
    const before = new Map([...model.weights].map(([name, { bytes }]) => [name, [...bytes]]));
    const pruned = magnitude(model, { sparsity: 0.8 }, { network }) as Pruned;
    for (const name of ["l0/bias", "l1/bias"]) assert.equal(pruned.model.weights.get(name), model.weights.get(name));
    for (const [name, { bytes }] of model.weights) assert.deepEqual([...bytes], before.get(name));
    assert.deepEqual([...pruned.model.weights.keys()], [...model.weights.keys()]);
  });

  it("takes NaN for larger than all, never for smaller than a threshold", () => {
    const layers = [[floats("a", [Number.NaN, 1, Number.POSITIVE_INFINITY, -2])]];
    const pruned = (options: MagnitudeOptions) => [
      ...decodeFloats(prune(layers, options).model.weights.get("a") as Weight),
    ];
    assert.deepEqual(pruned({ sparsity: 0.5 }), [Number.NaN, 0, Number.POSITIVE_INFINITY, 0]);
    assert.deepEqual(pruned({ threshold: 1e30 }), [Number.NaN, 0, Number.POSITIVE_INFINITY, 0]);
    assert.deepEqual(pruned({ quality: 1 }), [Number.NaN, 1, Number.POSITIVE_INFINITY, -2]);
  });

  describe("says what a person should know", () => {
    const notes = (values: readonly (readonly number[])[], options: MagnitudeOptions) =>
      prune(
        values.map((each, i) => [floats(`k${i}`, each)]),
        options,
      ).notes;
    const had = (zeros: number, share: string) =>
      `${zeros} of the chosen layers' 4 weights (${share}) were zero already`;

    it("nothing where a sparsity is met to the weight", () => {
      assert.deepEqual(notes([[1, 2, 3, 4]], { sparsity: 0.5 }), []);
      assert.deepEqual(notes([[1, 2, 3, 4]], { sparsity: 0.6 }), []);
      // Half of three is two, in each of five layers: as asked, though ten of fifteen are two thirds.
      assert.deepEqual(notes(Array(5).fill([1, 2, 3]), { sparsity: 0.5, scope: "layer" }), []);
    });

    it("that nothing was pruned, and why", () => {
      for (const [options, why] of [
        [{ sparsity: 0.25 }, "25 % asks for no more"],
        [{ sparsity: 0.5 }, "50 % asks for no more"],
        [{ threshold: 1 }, "no other weight's magnitude is below 1"],
        [{ quality: 0.25 }, "no other weight is below 0.25 standard deviations of its kernel"],
      ] as const) {
        assert.deepEqual(notes([[0, 0, 1, -2]], options), [`Nothing was pruned: ${had(2, "50 %")}, and ${why}.`]);
      }
    });

    it("how far a model already sparse lies beyond what was asked", () => {
      assert.deepEqual(
        notes(
          [
            [0, 0],
            [1, 2],
          ],
          { sparsity: 0.5, scope: "layer" },
        ),
        [`Asked for 50 %, reached 75 %: ${had(2, "50 %")}.`],
      );
    });

    it("what a threshold or a quality came to", () => {
      assert.deepEqual(notes([[0, 1, 2, 3]], { threshold: 2 }), ["50 % of the chosen layers' weights are zero now."]);
      assert.deepEqual(notes([[1, 2, 3, 4]], { quality: 1 }), ["25 % of the chosen layers' weights are zero now."]);
    });
  });
});
