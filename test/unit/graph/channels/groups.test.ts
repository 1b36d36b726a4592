import assert from "node:assert/strict";
import { channelsOf } from "../../../../src/pruning/graph/channels/channelsOf.ts";
import { tf } from "../tfjs.ts";
import { architectures } from "./architectures/all.ts";
import { described } from "./described.ts";

describe("channel groups, against those that a person finds", () => {
  before(() => tf.setBackend("cpu"));

  for (const [name, { build, groups }] of Object.entries(architectures)) {
    it(name, async () => assert.deepEqual(described(channelsOf(await build())), groups));
  }
});
