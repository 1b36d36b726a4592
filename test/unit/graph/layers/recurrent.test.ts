import assert from "node:assert/strict";
import fc from "fast-check";
import { tf } from "../tfjs.ts";
import { check, compare, dataFormat, itOf, still, tfl, window } from "./oneLayer.ts";

describe("recurrent layers and wrappers, as TensorFlow.js has them", () => {
  before(() => tf.setBackend("cpu"));

  for (const [make, gates] of [
    ["simpleRNN", undefined],
    ["gru", 3],
    ["lstm", 4],
  ] as const) {
    it(`${make}: sequences, states, gates and multiply-adds`, async () => {
      for (const returnSequences of [true, false]) {
        for (const returnState of [true, false]) {
          const config = { units: 5, returnSequences, returnState, ...still };
          const { weights, macs } = itOf(await compare(make, config, [null, 7, 4]));
          assert.deepEqual(
            weights.map(({ gates }) => gates),
            [gates, gates, undefined],
          );
          assert.deepEqual(
            weights.map(({ role }) => role),
            ["kernel", "kernel", "bias"],
          );
          assert.equal(macs, 7 * (gates ?? 1) * 5 * (4 + 5));
        }
      }
    });
  }

  it("rnn of one cell and of several", async () => {
    const cells = () => [
      tfl.lstmCell?.({ units: 5, ...still } as never),
      tfl.gruCell?.({ units: 3, ...still } as never),
      tfl.simpleRNNCell?.({ units: 2, ...still } as never),
    ];
    const network = await compare("rnn", { cell: cells(), returnSequences: true }, [null, 7, 4]);
    assert.equal(itOf(network).macs, 7 * (4 * 5 * (4 + 5) + 3 * 3 * (5 + 3) + 2 * (3 + 2)));
    await compare("rnn", { cell: cells()[0], returnState: true }, [null, null, 4]);
  });

  it("convLstm2d for any window", () =>
    check(
      fc.asyncProperty(
        window(2),
        dataFormat,
        fc.boolean(),
        fc.boolean(),
        async (w, format, returnSequences, returnState) => {
          const frame = format === "channelsFirst" ? [3, 9, 8] : [9, 8, 3];
          const config = { ...w, dataFormat: format, filters: 2, returnSequences, returnState, ...still };
          const { weights } = itOf(await compare("convLstm2d", config, [null, 4, ...frame]));
          assert.deepEqual(
            weights.map(({ gates }) => gates),
            [4, 4, undefined],
          );
        },
      ),
    ));

  it("convLstm2d: multiply-adds at every step and place", async () => {
    const config = { kernelSize: [2, 3], filters: 5, ...still };
    const { outputShape, macs } = itOf(await compare("convLstm2d", config, [null, 4, 8, 9, 3]));
    assert.deepEqual(outputShape, [null, 7, 7, 5]);
    assert.equal(macs, 4 * 7 * 7 * (2 * 3 * 3 + 2 * 3 * 5) * 4 * 5);
  });

  it("bidirectional: every way to merge", async () => {
    for (const mergeMode of ["concat", "sum", "mul", "ave", null]) {
      for (const returnState of [true, false]) {
        const layer = tfl.lstm?.({ units: 5, returnSequences: true, returnState, ...still } as never);
        const network = await compare("bidirectional", { layer, mergeMode }, [null, 7, 4]);
        assert.equal(itOf(network).macs, 2 * 7 * 4 * 5 * (4 + 5));
      }
    }
  });

  it("timeDistributed: dense, convolution, recurrence", async () => {
    const dense = tfl.dense?.({ units: 5 } as never);
    assert.equal(itOf(await compare("timeDistributed", { layer: dense }, [null, 6, 7, 4])).macs, 6 * 7 * 4 * 5);
    const conv = tfl.conv2d?.({ filters: 5, kernelSize: 3 } as never);
    assert.equal(
      itOf(await compare("timeDistributed", { layer: conv }, [null, 6, 8, 9, 4])).macs,
      6 * 6 * 7 * 9 * 4 * 5,
    );
    const both = tfl.bidirectional?.({ layer: tfl.gru?.({ units: 2, ...still } as never) } as never);
    assert.equal(
      itOf(await compare("timeDistributed", { layer: both }, [null, 6, 7, 4])).macs,
      6 * 2 * 7 * 6 * (4 + 2),
    );
  });
});
