import assert from "node:assert/strict";
import { channelsOf } from "../../../../src/pruning/graph/channels/channelsOf.ts";
import { tf } from "../tfjs.ts";
import { architectures } from "./architectures/all.ts";
import { described } from "./described.ts";

describe("channel groups, against those that a person finds", () => {
  before(() => tf.setBackend("cpu"));

  for (const [name, { build, groups }] of Object.entries(architectures)) {
    it(name, async () => {
      const channels = channelsOf(await build());
      assert.deepEqual(described(channels), groups);
      const names = channels.groups.map((group) => group.name);
      assert.deepEqual(names, [...new Set(names)], "names are unique");
      assert.deepEqual(ascending(channels.groups.flatMap((group) => [...group.channels])), range(channels.count));
    });
  }
});

const ascending = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
