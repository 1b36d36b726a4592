import assert from "node:assert/strict";
import fc from "fast-check";
import { expand, isShrunk } from "../../../../src/pruning/graph/channels/expand.ts";
import { mask } from "../../../../src/pruning/graph/channels/mask.ts";
import { shrink } from "../../../../src/pruning/graph/channels/shrink.ts";
import type { JsonObject, Model, Weight } from "../../../../src/pruning/model/model.ts";
import { decodeFloats } from "../../../../src/pruning/model/values.ts";
import { withZeros } from "../../../../src/pruning/model/zero.ts";
import { coded, convolved, layer, numbered, planned, sequential, tuned, valuesOf } from "./numbered.ts";

type Positions = Readonly<Record<string, readonly number[]>>;

const shrunk = (model: Model, positions: Positions): Model => {
  const { channels, removal } = planned(model, positions);
  return shrink(model, channels, removal);
};
const expanded = (small: Model, original: Model): Model => expand(small, original, planned(original, {}).channels);

/** Weights with all that is told of them but where their bytes lie. */
const told = ({ weights }: Model) => [...weights.values()].map((weight) => ({ ...weight, bytes: [...weight.bytes] }));

/** The model with weights stored otherwise. */
function stored(model: Model, weights: readonly Weight[]): Model {
  const all = new Map(model.weights);
  for (const weight of weights) all.set(weight.name, weight);
  return { ...model, weights: all };
}

const record = (removed: JsonObject, version = 1): JsonObject => ({ secateur: { version, removed } });
const claiming = (metadata: JsonObject): Model => convolved({ fields: { userDefinedMetadata: metadata } });

describe("expanding", () => {
  it("puts weights back where they were, zeros elsewhere, and the running statistics that were there", () => {
    const original = convolved();
    const large = expanded(tuned(shrunk(original, { conv: [1] })), original);
    assert.deepEqual(valuesOf(large), {
      "conv/kernel": [1.5, 0, 4.5, 6, 0, 9],
      "conv/bias": [16.5, 0, 19.5],
      "bn/gamma": [31.5, 0, 34.5],
      "bn/beta": [46.5, 0, 49.5],
      "bn/moving_mean": [61.5, 42, 64.5],
      "bn/moving_variance": [76.5, 52, 79.5],
      "head/kernel": [151.5, 153, 0, 0, 157.5, 159, 160.5, 162, 0, 0, 166.5, 168],
      "head/bias": [181.5, 183],
    });
    assert.equal(large.source, original.source);
    assert.equal(large.groups, original.groups);
  });

  it("keeps the zeros of a small model that was pruned", () => {
    const original = convolved();
    const small = shrunk(original, { conv: [2] });
    const kernel = small.weights.get("head/kernel") as Weight;
    const pruned = stored(small, [withZeros(kernel, Uint8Array.of(1, 0, 1, 0, 1, 0, 1, 0))]);
    assert.deepEqual(valuesOf(expanded(pruned, original))["head/kernel"], [0, 102, 0, 104, 0, 0, 0, 108, 0, 110, 0, 0]);
  });

  it("is the inverse of shrinking, and what masking is, byte for byte, for any removal and storage", () => {
    const dtype = fc.constantFrom("float32", "uint8", "uint16");
    const min = fc.constantFrom(-2, 0, 10);
    const places = (count: number) =>
      fc.subarray(
        Array.from({ length: count }, (_, i) => i),
        { maxLength: count - 1 },
      );
    fc.assert(
      fc.property(
        places(4),
        places(5),
        fc.array(fc.tuple(dtype, min), { minLength: 8, maxLength: 8 }),
        (a, b, storages) => {
          fc.pre(a.length + b.length > 0);
          const plain = deep();
          const weights = [...plain.weights.values()].map((weight, i) => {
            const [type, low] = storages[i] ?? ["float32", 0];
            return type === "float32"
              ? weight
              : coded(weight.name, weight.shape, { dtype: type as "uint8", scale: 0.5, min: low });
          });
          const original = stored(plain, weights);
          const { channels, removal } = planned(original, { a, b });
          const small = shrink(original, channels, removal);
          const large = expand(small, original, channels);
          assert.deepEqual(told(large), told(mask(original, channels, removal)));
          const again = shrink(large, channels, removal);
          assert.equal(again.source, small.source);
          // A kernel that could not say zero is float32 in the large model, with the same values.
          for (const [name, weight] of small.weights) {
            const other = again.weights.get(name) as Weight;
            assert.deepEqual([...decodeFloats(other)], [...decodeFloats(weight)], name);
            if (other.quantization || !weight.quantization) assert.deepEqual([...other.bytes], [...weight.bytes], name);
          }
        },
      ),
    );
  });

  it("keeps the storage of the small model where it was stored anew, zeros exact", () => {
    const original = convolved();
    const small = shrunk(original, { conv: [0] });
    const quantization = { dtype: "uint8", scale: 0.25, min: -1 } as const;
    const again = stored(small, [
      coded("head/kernel", [4, 2], quantization),
      coded("bn/moving_variance", [2], { dtype: "uint8", scale: 0.5, min: 3 }),
    ]);
    const large = expanded(again, original);
    assert.deepEqual(large.weights.get("head/kernel")?.quantization, quantization);
    assert.deepEqual([...(large.weights.get("head/kernel")?.bytes ?? [])], [4, 4, 1, 2, 3, 4, 4, 4, 5, 6, 7, 8]);
    // Not zero, which would be divided by: what a channel that stayed has.
    assert.deepEqual(valuesOf(large)["bn/moving_variance"], [3.5, 3.5, 4]);
  });

  it("goes back to whatever it was shrunk from in several turns", () => {
    const original = deep();
    const middle = shrunk(original, { a: [1], b: [0, 4] });
    const small = shrunk(middle, { a: [0], b: [1] });
    assert.deepEqual(told(expanded(expanded(small, middle), original)), told(expanded(small, original)));
    assert.deepEqual(valuesOf(shrunk(expanded(small, original), { a: [0, 1], b: [0, 2, 4] })), valuesOf(small));
  });

  it("knows layers by name and weights by place, as a tool that saved the small model may have named them anew", () => {
    const original = convolved();
    const small = shrunk(original, { conv: [1] });
    const renamed = [...small.weights.values()].map((weight) => ({
      ...weight,
      name: weight.name.replace("head/", "head/some_cell/"),
    }));
    const saved = { ...small, weights: new Map(renamed.toReversed().map((weight) => [weight.name, weight])) };
    assert.deepEqual(told(expanded(saved, original)), told(expanded(small, original)));
  });

  it("tells whether a model was shrunk", () => {
    const original = convolved();
    assert.equal(isShrunk(tuned(original), original), false);
    assert.equal(isShrunk(shrunk(original, { conv: [0] }), original), true);
  });

  describe("says in one sentence that models do not belong together:", () => {
    const refused = (small: Model, original: Model, message: RegExp) =>
      assert.throws(
        () => expanded(small, original),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, "bad-model");
          assert.match(error.message, message);
          assert.match(error.message, /^(?!.*\. ).*\.$/);
          return true;
        },
      );

    it("no record", () => refused(convolved(), convolved(), /does not say which channels were taken out/));
    it("groups of another model", () => refused(shrunk(deep(), { a: [1] }), convolved(), /not this model's/));
    it("positions that there are not", () => refused(claiming(record({ conv: [7] })), convolved(), /not this model's/));
    it("fewer removals than the original's own", () =>
      refused(claiming(record({ conv: [1] })), shrunk(deep(), { a: [0] }), /not this model's/));
    it("a locked channel", () =>
      refused(claiming(record({ head: [0] })), convolved(), /channel 0 of "head" is locked/));
    it("nothing left", () => refused(claiming(record({ conv: [0, 1, 2] })), convolved(), /no channel left/));
    it("other shapes", () =>
      refused(
        claiming(record({ conv: [1] })),
        convolved(),
        /is float32 \[1, 1, 2, 3\] and should be float32 \[1, 1, 2, 2\]/,
      ));
    it("other layers", () => {
      const small = shrunk(deep(), { a: [1] });
      const other = sequential(
        [layer("Dense", "a", { units: 4, batch_input_shape: [null, 3] }), layer("Dense", "z", { units: 2 })],
        [numbered("a/kernel", [3, 4]), numbered("a/bias", [4]), numbered("z/kernel", [4, 2]), numbered("z/bias", [2])],
      );
      refused(small, other, /layer "bn" is not in the other/);
      refused(shrunk(other, { a: [1] }), deep(), /layer "z" is not in the other/);
    });
    it("a damaged record", () => {
      refused(claiming(record({ conv: [1.5] })), convolved(), /is damaged.*"removed\.conv\.0" is 1\.5/);
      refused(claiming(record({ conv: "all" })), convolved(), /is damaged.*"removed\.conv"/);
      refused(claiming(record({ conv: [1] }, 2)), convolved(), /is damaged.*"version" is 2/);
      refused(claiming({ secateur: [] }), convolved(), /is damaged/);
    });
  });
});

/** Three inputs, 4 and 5 hidden units with normalisation between, two outputs; eight weights without the statistics. */
function deep(): Model {
  return sequential(
    [
      layer("Dense", "a", { units: 4, batch_input_shape: [null, 3] }),
      layer("BatchNormalization", "bn", { epsilon: 0 }),
      layer("Dense", "b", { units: 5, activation: "relu" }),
      layer("Dense", "c", { units: 2 }),
    ],
    [
      numbered("a/kernel", [3, 4]),
      numbered("a/bias", [4], 21),
      numbered("bn/gamma", [4], 121),
      numbered("bn/beta", [4], 131),
      numbered("b/kernel", [4, 5], 31),
      numbered("b/bias", [5], 61),
      numbered("c/kernel", [5, 2], 71),
      numbered("c/bias", [2], 91),
      numbered("bn/moving_mean", [4], 141),
      numbered("bn/moving_variance", [4], 151),
    ],
  );
}
