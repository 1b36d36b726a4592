import assert from "node:assert/strict";
import { join } from "node:path";
import { largestDifference } from "../../../../src/pruning/engine/equality.ts";
import { bypass } from "../../../../src/pruning/graph/blocks/bypass.ts";
import { residualBlocks } from "../../../../src/pruning/graph/blocks/residual.ts";
import { networkOf } from "../../../../src/pruning/graph/networkOf.ts";
import type { Model } from "../../../../src/pruning/model/model.ts";
import { withWeights } from "../../../../src/pruning/model/model.ts";
import { readModel } from "../../../../src/pruning/model/read.ts";
import { decodeFloats } from "../../../../src/pruning/model/values.ts";
import { corpus } from "../../../support/corpus.ts";
import { withEngine } from "../../engine/backends.ts";
import { floatWeight } from "../../engine/models.ts";
import { difference } from "../../engine/oracles.ts";
import {
  activation,
  add,
  conv,
  dense,
  functional,
  globalPool,
  input,
  layer,
  linear,
  norm,
  type Tensor,
} from "../channels/architectures/architecture.ts";
import { randomFrom, randomized } from "../channels/randomized.ts";

const answer = (x: Tensor) => dense("answer", 3)(globalPool()(x));
const relu = (name: string) => activation(name, "relu");

/** Residual networks with two blocks, and what is known of their blocks: the branch's layers and what scales it. */
const networks: Readonly<
  Record<string, { build: () => Promise<Model>; blocks: Readonly<Record<string, readonly [string, string]>> }>
> = {
  "ReLU after the add, a projection in the second": {
    build() {
      const x = input("image", 6, 6, 2);
      const stem = conv("stem", 4)(x);
      const one = norm("n2")(conv("b1", 4, linear)(relu("r1")(norm("n1")(conv("a1", 4, linear)(stem)))));
      const first = relu("r2")(add("add1")([one, stem]));
      const two = norm("n4")(
        conv("b2", 6, linear)(relu("r3")(norm("n3")(conv("a2", 5, { ...linear, strides: 2 })(first)))),
      );
      const shortcut = norm("np")(
        layer("conv2d", "project", { filters: 6, kernelSize: 1, strides: 2, kernelInitializer: "zeros" })(first),
      );
      return functional(x, answer(relu("r4")(add("add2")([shortcut, two]))));
    },
    blocks: {
      add1: ["a1 n1 r1 b1 n2", "n2/gamma n2/beta"],
      add2: ["a2 n3 r3 b2 n4", "n4/gamma n4/beta"],
    },
  },
  "normalised before each convolution": {
    build() {
      const x = input("image", 6, 6, 2);
      let at = conv("stem", 4, linear)(x);
      for (const i of [1, 2]) {
        const inner = conv(`a${i}`, 3, linear)(relu(`r${i}`)(norm(`n${i}`)(at)));
        at = add(`add${i}`)([at, conv(`b${i}`, 4, linear)(relu(`s${i}`)(norm(`m${i}`)(inner)))]);
      }
      return functional(x, answer(relu("last")(at)));
    },
    blocks: {
      add1: ["n1 r1 a1 m1 s1 b1", "b1/kernel b1/bias"],
      add2: ["n2 r2 a2 m2 s2 b2", "b2/kernel b2/bias"],
    },
  },
  "branches that end in what passes a factor on": {
    build() {
      const x = input("image", 6, 6, 2);
      const stem = conv("stem", 4)(x);
      const one = layer("dropout", "drop", { rate: 0.3 })(relu("r1")(conv("a1", 4, linear)(stem)));
      const first = add("add1")([stem, one]);
      const pooled = layer("maxPooling2d", "shrink", { poolSize: 2 })(first);
      const two = layer("averagePooling2d", "mean", { poolSize: 2 })(
        layer("separableConv2d", "sep", {
          filters: 4,
          kernelSize: 3,
          padding: "same",
          activation: "relu",
          depthwiseInitializer: "zeros",
          pointwiseInitializer: "zeros",
        })(first),
      );
      return functional(x, answer(add("add2")([two, pooled])));
    },
    blocks: {
      add1: ["a1 r1 drop", "a1/kernel a1/bias"],
      add2: ["sep mean", "sep/pointwise_kernel sep/bias"],
    },
  },
};

/** The model with some weights multiplied. */
function scaled(model: Model, names: readonly string[], by: number): Model {
  return withWeights(
    model,
    names.map((name) => {
      const weight = model.weights.get(name);
      assert.ok(weight, name);
      return floatWeight(
        name,
        weight.shape,
        decodeFloats(weight).map((value) => value * by),
      );
    }),
  );
}

/** Adds of all kinds that are no residual blocks. */
function manyAdds(): Promise<Model> {
  const x = input("image", 6, 6, 2);
  const stem = conv("stem", 4)(x);
  const left = conv("left", 4)(stem);
  const right = conv("right", 4)(stem);
  const twins = add("twins")([left, right]);
  const three = add("three")([twins, conv("p", 4)(twins), conv("q", 4)(twins)]);
  const bent = add("bent")([three, conv("s", 4, { activation: "sigmoid" })(three)]);
  const shared = conv("shared", 4)(bent);
  const used = add("used")([bent, conv("t", 4, linear)(shared)]);
  const later = add("later")([used, layer("dropout", "d", { rate: 0.1 })(shared)]);
  const bare = add("bare")([later, norm("bn", { scale: false })(conv("u", 4, linear)(later))]);
  const out = add("out")([bare, conv("v", 4, linear)(bare)]);
  return functional(x, [out, answer(bare)] as unknown as Tensor);
}

describe("residual blocks", () => {
  for (const [name, { build, blocks: known }] of Object.entries(networks)) {
    it(`are found in a network with ${name}`, async function () {
      const model = await withEngine(this, "cpu", build);
      const { blocks, left } = residualBlocks(model, networkOf(model));
      assert.deepEqual(left, []);
      assert.deepEqual(
        Object.fromEntries(blocks.map(({ name: own, branch, scales }) => [own, [branch.join(" "), scales.join(" ")]])),
        known,
      );
    });

    it(`become their shortcut in a network with ${name}, each and all, and answer as with zeros`, async function () {
      await withEngine(this, "wasm", async (engine) => {
        const model = randomized(await build(), randomFrom(4));
        const { blocks } = residualBlocks(model, networkOf(model));
        for (const some of [blocks, ...blocks.map((block) => [block])]) {
          const zeroed = scaled(
            model,
            some.flatMap(({ scales }) => scales),
            0,
          );
          const small = bypass(model, some);
          const { relative } = await largestDifference(engine, small, zeroed);
          assert.ok(relative < 1e-6, `${relative}`);
          const names = networkOf(small).layers.map((each) => each.name);
          for (const { name: own, branch } of some) {
            for (const each of [own, ...branch]) assert.ok(!names.includes(each), each);
          }
          assert.deepEqual(
            [...small.weights.keys()],
            [...model.weights.keys()].filter(
              (weight) => !some.some(({ branch }) => branch.includes(weight.split("/")[0] as string)),
            ),
          );
        }
        assert.equal(bypass(model, []), model);
      });
    });
  }

  it("that are scaled give as much more to their add", async function () {
    await withEngine(this, "wasm", async (engine) => {
      // All behind the last add is linear: half a branch adds half of what a whole one does.
      const { build } = networks["branches that end in what passes a factor on"] as (typeof networks)[string];
      const model = randomized(await build(), randomFrom(5));
      const last = residualBlocks(model, networkOf(model)).blocks.at(-1);
      const values = Float32Array.from({ length: 2 * 72 }, (_, i) => Math.sin(i));
      const answers = async (by: number): Promise<number[]> => {
        const loaded = await engine.load(scaled(model, last?.scales ?? [], by));
        const [output] = await loaded.predict(values, [2, 6, 6, 2]);
        loaded.dispose();
        return [...(output?.values ?? [])];
      };
      const [none, half, whole] = [await answers(0), await answers(0.5), await answers(1)];
      assert.ok(difference(none, whole) > 1e-2);
      assert.ok(
        difference(
          half,
          none.map((value, i) => (value + (whole[i] as number)) / 2),
        ) < 1e-6,
      );
    });
  });

  it("are found in a real MobileNetV2, and become their shortcut", async function () {
    const folder = corpus(this, "models", "nsfwjs-mobilenetv2-layers");
    await withEngine(this, "wasm", async (engine) => {
      const model = await readModel(join(folder, "model.json"));
      const { blocks, left } = residualBlocks(model, networkOf(model));
      assert.deepEqual(left, []);
      assert.deepEqual(
        blocks.map(({ name }) => name),
        [2, 4, 5, 7, 8, 9, 11, 12, 14, 15].map((i) => `block_${i}_add`),
      );
      const some = blocks.filter((_, i) => i % 2 === 0);
      const scales = some.flatMap(({ scales: own }) => own);
      const { relative } = await largestDifference(engine, bypass(model, some), scaled(model, scales, 0));
      assert.ok(relative < 1e-6, `${relative}`);
    });
  });

  it("are not found where an add is something else, and it is said why", async function () {
    const model = await withEngine(this, "cpu", manyAdds);
    const found = residualBlocks(model, networkOf(model));
    assert.deepEqual(found.blocks, []);
    assert.deepEqual(Object.fromEntries(found.left.map(({ name, reason }) => [name, reason])), {
      twins: "Neither of its inputs is more of a branch than the other.",
      three: "It does not add two tensors, once.",
      bent: 'Its branch ends in layer "s", through which no factor can be multiplied into weights.',
      used: 'Layer "d" needs a part of its branch, too.',
      later: "Its inputs are not made from one and the same tensor.",
      bare: 'Its branch ends in the batch normalisation "bn", which has no scale to multiply.',
      out: "The model answers with it.",
    });
  });
});
