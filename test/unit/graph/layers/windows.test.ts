import assert from "node:assert/strict";
import fc from "fast-check";
import { behaviourOf } from "../../../../src/pruning/graph/layers/rules.ts";
import { tf } from "../tfjs.ts";
import { build, check, compare, dataFormat, image, lengths, padding, perAxis, small, window } from "./oneLayer.ts";

describe("layers that slide windows, as TensorFlow.js has them", () => {
  before(() => tf.setBackend("cpu"));

  for (const [make, axes] of [
    ["conv1d", 1],
    ["conv2d", 2],
    ["conv3d", 3],
  ] as const) {
    it(`${make}: shape and weights for any window`, () =>
      check(
        fc.asyncProperty(
          window(axes),
          dataFormat,
          lengths,
          small,
          small,
          fc.boolean(),
          async (w, format, l, c, f, useBias) => {
            // A Conv1D is saved without its data format.
            const used = axes === 1 ? "channelsLast" : format;
            const config = { ...w, dataFormat: used, filters: f, useBias };
            await compare(make, config, image(axes, used, l, c));
          },
        ),
      ));
  }

  it("depthwiseConv2d: shape and weights for any window", () =>
    check(
      fc.asyncProperty(window(2), dataFormat, lengths, small, small, async (w, format, l, c, depthMultiplier) => {
        await compare("depthwiseConv2d", { ...w, dataFormat: format, depthMultiplier }, image(2, format, l, c));
      }),
    ));

  it("separableConv2d: shape and weights for any window", () =>
    check(
      fc.asyncProperty(window(2), dataFormat, lengths, small, async (w, format, l, c) => {
        const config = { ...w, dataFormat: format, filters: 5, useBias: format === "channelsLast" };
        await compare("separableConv2d", config, image(2, format, l, c));
      }),
    ));

  // Not through a file: tfjs saves a separable convolution without its multiplier.
  it("separableConv2d: weights with a depth multiplier", () => {
    const { layer, model } = build("separableConv2d", { kernelSize: 2, filters: 5, depthMultiplier: 3 }, [
      [null, 6, 6, 4],
    ]);
    const ours = behaviourOf("SeparableConv2D", { kernel_size: 2, filters: 5, depth_multiplier: 3 });
    const slots = ours.slots?.([[null, 6, 6, 4]]) ?? [];
    assert.deepEqual(
      slots.map(({ path, shape }) => [`it/${path}`, shape]),
      layer.weights.map(({ originalName, shape }) => [originalName, shape]),
    );
    model.dispose();
  });

  for (const [make, axes] of [
    ["conv2dTranspose", 2],
    ["conv3dTranspose", 3],
  ] as const) {
    it(`${make}: shape and weights for any window`, () =>
      check(
        fc.asyncProperty(
          perAxis(axes),
          perAxis(axes),
          padding,
          dataFormat,
          lengths,
          small,
          async (k, s, p, format, l, c) => {
            const config = { kernelSize: k, strides: s, padding: p, dataFormat: format, filters: 4 };
            await compare(make, config, image(axes, format, l, c));
          },
        ),
      ));
  }

  for (const [make, axes] of [
    ["maxPooling1d", 1],
    ["averagePooling1d", 1],
    ["maxPooling2d", 2],
    ["averagePooling2d", 2],
    ["maxPooling3d", 3],
    ["averagePooling3d", 3],
  ] as const) {
    it(`${make}: shape for any window`, () =>
      check(
        fc.asyncProperty(
          fc.record({ poolSize: perAxis(axes), strides: fc.option(perAxis(axes)), padding }),
          dataFormat,
          lengths,
          async (config, format, l) => {
            const used = axes === 1 ? "channelsLast" : format;
            await compare(make, { ...config, dataFormat: used }, image(axes, used, l, 3));
          },
        ),
      ));
  }
});
