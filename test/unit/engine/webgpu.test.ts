import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { openEngine } from "../../../src/pruning/engine/open.ts";
import { adapterText, isSoftware } from "../../../src/pruning/engine/webgpu/adapter.ts";
import { SecateurError } from "../../../src/pruning/errors.ts";
import { needsWebGpu, withEngine } from "./backends.ts";
import { cnn, savedModel } from "./models.ts";
import { valuesOf } from "./wasm.ts";

const refusal = (code: string, sentence: RegExp) => (error: unknown) => {
  assert.ok(SecateurError.is(error), String(error));
  assert.equal(error.code, code);
  assert.match(error.message, sentence);
  assert.equal(error.message.match(/[.!?](?=\s|$)/g)?.length, 1, "one sentence");
  return true;
};

const info = (about: Partial<GPUAdapterInfo>): GPUAdapterInfo =>
  ({ vendor: "", architecture: "", device: "", description: "", isFallbackAdapter: false, ...about }) as GPUAdapterInfo;

describe("WebGPU's adapters", () => {
  it("are told from software that stands in for one", () => {
    const real = [
      info({
        vendor: "nvidia",
        architecture: "ampere",
        device: "nvidia-geforce-rtx-3090",
        description: "NVIDIA: 535.54",
      }),
      info({ vendor: "apple", architecture: "metal-3", description: "Apple M2" }),
      info({ vendor: "intel", architecture: "gen-12lp", device: "intel-r-iris-r-xe-graphics" }),
      info({ vendor: "amd", architecture: "rdna-3", description: "AMD Radeon Graphics (RADV PHOENIX)" }),
    ];
    const software = [
      info({ vendor: "google", architecture: "swiftshader", description: "SwiftShader driver 5.0.0" }),
      info({ vendor: "mesa", architecture: "llvmpipe", description: "llvmpipe (LLVM 17.0.6, 256 bits)" }),
      info({ vendor: "microsoft", description: "Microsoft Basic Render Driver" }),
      info({ vendor: "unknown", isFallbackAdapter: true }),
    ];
    assert.deepEqual(real.map(isSoftware), [false, false, false, false]);
    assert.deepEqual(software.map(isSoftware), [true, true, true, true]);
    assert.equal(adapterText(real[0] as GPUAdapterInfo), "nvidia-geforce-rtx-3090, NVIDIA: 535.54");
    assert.equal(adapterText(real[1] as GPUAdapterInfo), "apple metal-3, Apple M2");
    assert.equal(adapterText(software[0] as GPUAdapterInfo), "google swiftshader, SwiftShader driver 5.0.0, software");
  });
});

describe("openEngine with webgpu", function () {
  this.timeout(60_000);

  it("says what to install, and where, when the package is not there", async () => {
    for (const [folders, places] of [
      [[], ""],
      [["/nowhere", "/noplace"], " in /nowhere or /noplace"],
    ] as const) {
      const opening = openEngine({ backend: "webgpu", tfjsNodeFolders: [], webgpuFolders: folders });
      const sentence = `^The WebGPU backend needs the npm package webgpu, which is not installed${places}; run npm install webgpu@\\S+ there\\.$`;
      await assert.rejects(opening, (error) => {
        assert.ok(SecateurError.is(error, "backend"));
        assert.match(error.message, new RegExp(sentence));
        return true;
      });
    }
  });

  it("takes an adapter that is software when asked for by name only", async function () {
    const webgpuFolders = [needsWebGpu(this)];
    const engine = await openEngine({ backend: "webgpu", tfjsNodeFolders: [], webgpuFolders });
    const { name, detail } = engine.backend;
    engine.dispose();
    assert.equal(name, "webgpu");
    const chosen = await openEngine({ backend: "auto", tfjsNodeFolders: [], webgpuFolders });
    chosen.dispose();
    if (detail.endsWith("software")) {
      assert.equal(chosen.backend.name, "wasm");
      assert.match(chosen.backend.passedOver[1] ?? "", /^WebGPU (needs|found no) .*graphics card/);
    } else {
      assert.equal(chosen.backend.name, "webgpu");
    }
  });

  it("gives all global names back, as often as it is opened", async function () {
    for (let i = 0; i < 2; i++) {
      await withEngine(this, "webgpu", async () => {
        assert.ok(navigator.gpu && "GPUBuffer" in globalThis);
        assert.deepEqual([...(await valuesOf(() => tf.add(1, 2)))], [3]);
      });
      assert.ok(!("GPUBuffer" in globalThis));
      assert.ok(!("navigator" in globalThis && "gpu" in navigator));
      assert.equal(tf.findBackendFactory("webgpu"), null);
    }
  });

  it("says what went wrong on the card, where it computes zeros, and goes on after it", async function () {
    await withEngine(this, "webgpu", async () => {
      const { maxBufferSize } = (tf.backend() as unknown as { device: GPUDevice }).device.limits;
      const rows = Math.floor(maxBufferSize / 4 / 2 ** 20) + 1;
      await assert.rejects(
        valuesOf(() => tf.sum(tf.add(tf.fill([rows, 2 ** 20], 1), 1))),
        (error) => {
          assert.ok(SecateurError.is(error, "backend"), String(error));
          assert.match(error.message, /^The WebGPU backend failed \(.*\); use a smaller batch or model, or another/);
          return true;
        },
      );
      assert.deepEqual([...(await valuesOf(() => tf.add([1, 2], 1)))], [2, 3]);
    });
  });

  it("refuses to read back in the middle of a computation, but not what it has at hand", async function () {
    await withEngine(this, "webgpu", async () => {
      const here = tf.tensor([1, 2]);
      assert.deepEqual([...here.dataSync()], [1, 2]);
      const there = tf.matMul(tf.ones([40, 40]), tf.ones([40, 40]));
      assert.throws(
        () => there.dataSync(),
        refusal("unsupported-model", /^The model cannot run on WebGPU, .*; choose/),
      );
      assert.equal((await there.data())[0], 40);
      assert.equal(there.dataSync()[0], 40);
      tf.dispose([here, there]);
    });
  });

  it("runs a model on the card as plain JavaScript does, at the sizes that data has", async function () {
    const values = Float32Array.from({ length: 128 * 72 }, (_, i) => Math.sin(i));
    let model: Awaited<ReturnType<typeof savedModel>> | undefined;
    const answers: Float32Array[] = [];
    for (const place of ["cpu", "webgpu"] as const) {
      await withEngine(this, place, async (engine) => {
        model ??= await savedModel(cnn());
        const loaded = await engine.load(model);
        answers.push((await loaded.predict(values, [128, 6, 6, 2]))[0]?.values ?? new Float32Array());
        loaded.dispose();
      });
    }
    const [expected, actual] = answers as [Float32Array, Float32Array];
    assert.equal(actual.length, 512);
    assert.ok(actual.every((value, i) => Math.abs(value - (expected[i] as number)) < 1e-5));
  });
});

describe("WebGPU's casts", function () {
  this.timeout(60_000);

  /** What only moves numbers, given a cast of others. */
  const movers: Record<string, (x: tf.Tensor) => tf.Tensor> = {
    transpose: (x) => tf.transpose(x),
    slice: (x) => tf.slice(x, [1, 0], [1, 2]),
    concat: (x) => tf.concat([x, x], 1),
    gather: (x) => tf.gather(x, tf.tensor1d([1, 0], "int32")),
    tile: (x) => tf.tile(x, [2, 1]),
    pad: (x) =>
      tf.pad(x, [
        [1, 0],
        [0, 1],
      ]),
    reverse: (x) => tf.reverse(x, 0),
  };

  for (const [name, move] of Object.entries(movers)) {
    it(`can go through ${name}`, async function () {
      const found: number[][] = [];
      for (const place of ["cpu", "webgpu"] as const) {
        await withEngine(this, place, async () => {
          for (const dtype of ["bool", "int32"] as const) {
            // Through a kernel that runs on the card: small tensors would stay where they are.
            const whole = () => tf.cast(tf.reshape(tf.tensor([1, 0, 1, 1], [4], dtype), [2, 2]), "float32");
            found.push([...(await valuesOf(() => move(whole())))]);
            const made = () => tf.cast(tf.greater(tf.matMul(tf.ones([40, 40]), tf.ones([40, 40])), 1), "float32");
            found.push([(await valuesOf(() => tf.sum(move(tf.slice(made(), [0, 0], [2, 2])))))[0] as number]);
          }
        });
      }
      const half = found.length / 2;
      assert.deepEqual(found.slice(half), found.slice(0, half));
    });
  }
});
