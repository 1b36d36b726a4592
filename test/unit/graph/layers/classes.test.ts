import assert from "node:assert/strict";
import fc from "fast-check";
import { cellNames } from "../../../../src/pruning/graph/layers/recurrent.ts";
import { behaviourOf, layerRules, modelClasses } from "../../../../src/pruning/graph/layers/rules.ts";
import type { Shape } from "../../../../src/pruning/graph/network.ts";
import { networkOf } from "../../../../src/pruning/graph/networkOf.ts";
import { layers, saved, tf } from "../tfjs.ts";
import { build, check, compare, dataFormat, image, itOf, lengths, small, tfl } from "./oneLayer.ts";

describe("layer classes, as TensorFlow.js has them", () => {
  before(() => tf.setBackend("cpu"));

  it("has a rule for every class that tfjs-layers registers, and no other", () => {
    const others = new Set(["InputLayer", ...modelClasses, ...cellNames]);
    const registered = Object.entries(tf.serialization.SerializationMap.getMap().classNameMap)
      .filter(([, [cls]]) => cls.prototype instanceof layers.layers.Layer)
      .map(([name]) => name)
      .filter((name) => !others.has(name));
    assert.deepEqual(Object.keys(layerRules).sort(), registered.sort());
  });

  it("global pooling", async () => {
    for (const make of ["globalAveragePooling1d", "globalMaxPooling1d"]) await compare(make, {}, [null, null, 5]);
    for (const make of ["globalAveragePooling2d", "globalMaxPooling2d"]) {
      for (const format of ["channelsLast", "channelsFirst"]) {
        await compare(make, { dataFormat: format }, image(2, format, [6, 7], 5));
      }
    }
  });

  it("dense: any number of axes", () =>
    check(
      fc.asyncProperty(lengths, small, fc.boolean(), async (axes, units, useBias) => {
        await compare("dense", { units, useBias }, [null, ...axes, 4]);
      }),
    ));

  it("embedding: with and without an input length", async () => {
    await compare("embedding", { inputDim: 9, outputDim: 4 }, [null, null]);
    await compare("embedding", { inputDim: 9, outputDim: 4, inputLength: 6 }, [null, 6]);
    await compare("embedding", { inputDim: 9, outputDim: 4, inputLength: [null, 6] }, [null, 3, 6]);
  });

  it("reshaping", () =>
    check(
      fc.asyncProperty(dataFormat, lengths, small, small, small, small, async (format, l, a, b, c, d) => {
        const shape = image(2, format, l, 3);
        const pads = [
          [a, b],
          [c, d],
        ];
        await compare("zeroPadding2d", { padding: pads, dataFormat: format }, shape);
        await compare("zeroPadding2d", { padding: a, dataFormat: format }, shape);
        await compare("upSampling2d", { size: [a, b], dataFormat: format }, shape);
        const known = image(2, format, [9, 8], 3); // tfjs takes an unknown length for 0 when it crops
        await compare("cropping2D", { cropping: pads, dataFormat: format }, known);
        await compare("cropping2D", { cropping: [a, b], dataFormat: format }, known);
      }),
    ));

  it("flatten, permute, repeatVector, reshape", async () => {
    await compare("flatten", {}, [null, 3, 4, 5]);
    await compare("permute", { dims: [3, 1, 2] }, [null, 3, null, 5]);
    await compare("repeatVector", { n: 6 }, [null, 3]);
    await compare("reshape", { targetShape: [6, 2] }, [null, 3, 4]);
    await compare("reshape", { targetShape: [-1, 2] }, [7, 3, 4]);
  });

  it("reshape finds an open length that running gives", async () => {
    const { model } = build("reshape", { targetShape: [-1, 2] }, [[null, 3, 4]]);
    const network = networkOf(await saved(model));
    const ran = tf.tidy(() => (model.predict(tf.ones([5, 3, 4])) as tf.Tensor).shape);
    assert.deepEqual(itOf(network).outputShape?.slice(1), ran.slice(1));
    model.dispose();
  });

  it("merges", async () => {
    const shapes: Shape[][] = [
      [
        [null, 3, 4],
        [null, 3, 4],
      ],
      [
        [null, 3, 4],
        [null, 1, 4],
        [null, 3, 1],
      ],
      [
        [2, 3, 4],
        [null, 4],
      ],
      [
        [null, null, 4],
        [null, 3, 4],
      ],
    ];
    for (const inputs of shapes) {
      for (const make of ["add", "average", "maximum", "minimum", "multiply"]) await compare(make, {}, ...inputs);
    }
    await compare("concatenate", {}, [null, 3, 4], [null, 3, 5], [null, 3, 6]);
    await compare("concatenate", { axis: 1 }, [null, 3, 4], [null, 5, 4]);
    await compare("concatenate", { axis: 1 }, [null, null, 4], [null, 5, 4]);
    await compare("concatenate", { axis: -2 }, [null, 2, 4], [null, 5, 4]);
    await compare("dot", { axes: 1 }, [null, 4], [null, 4]);
    await compare("dot", { axes: -1 }, [null, 3, 4], [null, 5, 4]);
    await compare("dot", { axes: [2, 1] }, [null, 3, 4], [null, 4, 6]);
  });

  it("normalisation and PReLU", async () => {
    for (const axis of [-1, 1]) {
      for (const scale of [true, false]) {
        await compare("batchNormalization", { axis, scale, center: !scale }, [null, 3, 4, 5]);
        await compare("layerNormalization", { axis, scale, center: !scale }, [null, 3, 4, 5]);
      }
    }
    await compare("layerNormalization", { axis: [1, -1] }, [null, 3, 4, 5]);
    await compare("prelu", {}, [null, 3, 4]);
    await compare("prelu", { sharedAxes: [1, 2] }, [null, null, 4, 5]);
  });

  it("layers that leave the shape", async () => {
    for (const make of ["elu", "reLU", "leakyReLU", "thresholdedReLU", "softmax", "masking"]) {
      await compare(make, {}, [null, 3, null]);
    }
    await compare("activation", { activation: "hardSigmoid" }, [null, 3]);
    await compare("rescaling", { scale: 2 }, [null, 3]);
    await compare("spatialDropout1d", { rate: 0.5 }, [null, 3, 4]);
    for (const make of ["dropout", "gaussianDropout", "alphaDropout"]) await compare(make, { rate: 0.5 }, [null, 3]);
    await compare("gaussianNoise", { stddev: 1 }, [null, 3]);
  });

  // tfjs changes the shape these are called on, so a model with them is saved with the wrong input.
  it("preprocessing", () => {
    for (const [output_mode, outputMode] of [
      ["one_hot", "oneHot"],
      ["multi_hot", "multiHot"],
    ]) {
      for (const length of [1, 4]) {
        const ours = behaviourOf("CategoryEncoding", { num_tokens: 6, output_mode: output_mode ?? "" });
        const theirs = tfl.categoryEncoding?.({ numTokens: 6, outputMode } as never);
        assert.deepEqual(ours.outputs([[null, length]]), [theirs?.computeOutputShape([null, length])]);
      }
    }
    const crop = { height: 4, width: 5 };
    const theirs = tfl.centerCrop?.(crop as never).computeOutputShape([null, 8, 9, 3]);
    assert.deepEqual(behaviourOf("CenterCrop", crop).outputs([[null, 8, 9, 3]]), [theirs]);
  });
});
