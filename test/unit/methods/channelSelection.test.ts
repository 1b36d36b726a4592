import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { ChannelGroup } from "../../../src/pruning/graph/channels/channels.ts";
import {
  type Contest,
  type Portion,
  removalOf,
  removalOrder,
  type Scope,
  shortest,
} from "../../../src/pruning/methods/channelSelection.ts";
import type { Width } from "../../../src/pruning/methods/channelWidths.ts";

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** A group of the channels from one number up to another, of which the first `locked` must stay. */
function group(from: number, to: number, locked = 0): ChannelGroup {
  const channels = Int32Array.from(range(from, to));
  const free = channels.subarray(locked);
  return { name: `g${from}`, makers: [`g${from}`], followers: [], readers: [], channels, free, widths: [channels] };
}

/** Scores of equals: the lower channels go first. */
const flat = (count: number): Float64Array => new Float64Array(count);

/** Widths that keep at least one channel of each group. */
const keepingOne = (groups: readonly ChannelGroup[]): Width[] =>
  groups.flatMap(({ widths }) => widths.map((channels) => ({ channels, spare: channels.length - 1 })));

function contest(groups: readonly ChannelGroup[], scores: Iterable<number>, more: Partial<Contest> = {}): Contest {
  return {
    groups,
    scores: Float64Array.from(scores),
    scope: "global",
    widths: keepingOne(groups),
    roundTo: 1,
    ...more,
  };
}

const channelsOf = (order: readonly Portion[]): number[][] => order.map(({ channels }) => [...channels]);

/** Groups one after the other, some channels of each locked, with small whole scores: many ties. */
const someContest = fc
  .record({
    sizes: fc.array(fc.record({ size: fc.integer({ min: 1, max: 12 }), locked: fc.nat(3) }), {
      minLength: 1,
      maxLength: 4,
    }),
    seed: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 60, maxLength: 60 }),
    scope: fc.constantFrom<Scope>("global", "layer"),
    minWidth: fc.integer({ min: 1, max: 5 }),
    maxShare: fc.constantFrom(0.25, 0.5, 1),
    roundTo: fc.constantFrom(1, 1, 2, 3, 4),
  })
  .map(({ sizes, seed, ...rest }) => {
    let from = 0;
    const groups = sizes.map(({ size, locked }) => {
      const made = group(from, from + size, Math.min(locked, size - 1));
      from += size;
      return made;
    });
    return { groups, scores: Float64Array.from(seed.slice(0, from)), ...rest };
  });

type SomeContest = typeof someContest extends fc.Arbitrary<infer T> ? T : never;

function orderOf({ groups, scores, scope, minWidth, maxShare, roundTo }: SomeContest): Portion[] {
  const widths = groups.flatMap(({ channels }): Width[] => [
    { channels, spare: Math.max(0, channels.length - minWidth) },
    { channels, spare: Math.floor(maxShare * channels.length) },
  ]);
  return removalOrder({ groups, scores, scope, widths, roundTo });
}

describe("the order in which channels go", () => {
  it("is by score over all groups, ties by number, without those that score NaN", () => {
    const groups = [group(0, 3), group(3, 6)];
    const order = removalOrder(contest(groups, [2, 1, Number.NaN, 1, 0, 3]));
    assert.deepEqual(channelsOf(order), [[4], [1], [3], [0]]);
  });

  it("gives every group the same share with scope layer, each its lowest first", () => {
    const groups = [group(0, 4), group(4, 6)];
    const order = removalOrder(contest(groups, [9, 8, 7, 6, 1, 2], { scope: "layer" }));
    // Shares after half of each: 1/8, 3/8, 5/8 of the four, 1/4 of the two.
    assert.deepEqual(channelsOf(order), [[3], [4], [2], [1]]);
    assert.deepEqual(
      order.map(({ key }) => key),
      [0.125, 0.25, 0.375, 0.625],
    );
  });

  it("counts what a group has given before, with scope layer", () => {
    const groups = [group(0, 4), group(4, 8)];
    const order = removalOrder(contest(groups, flat(8), { scope: "layer", given: new Map([["g0", 4]]) }));
    assert.deepEqual(channelsOf(order), [[4], [5], [0], [6], [1], [2]]);
  });

  it("never holds locked channels, keeps every limit in every beginning, and loses nobody it could take", () => {
    fc.assert(
      fc.property(someContest, (some) => {
        const { groups, minWidth, maxShare, roundTo } = some;
        const order = orderOf(some);
        const removal = removalOf([], some.scores.length);
        const check = () => {
          for (const { channels } of groups) {
            const removed = channels.filter((channel) => removal[channel] === 1).length;
            const kept = channels.length - removed;
            if (removed === 0) continue;
            assert.ok(kept >= minWidth, "least width");
            assert.ok(removed <= Math.floor(maxShare * channels.length), "largest share");
            assert.equal(kept % roundTo, 0, "multiple");
          }
        };
        for (const { channels, group: name } of order) {
          const of = groups.find((each) => each.name === name) as ChannelGroup;
          for (const channel of channels) {
            assert.ok(of.free.includes(channel) && removal[channel] === 0);
            removal[channel] = 1;
          }
          check();
        }
        for (const { channels, free } of groups) {
          const removed = channels.filter((channel) => removal[channel] === 1).length;
          const next = (channels.length - removed) % roundTo || roundTo;
          const could =
            removed + next <= free.length &&
            channels.length - removed - next >= minWidth &&
            removed + next <= Math.floor(maxShare * channels.length);
          assert.ok(!could, "more of the group could go");
        }
      }),
      { numRuns: 500 },
    );
  });

  it("takes the lowest of every group, whatever the multiple", () => {
    fc.assert(
      fc.property(someContest, (some) => {
        const removal = removalOf(orderOf(some), some.scores.length);
        for (const { free } of some.groups) {
          const ranked = [...free].sort((a, b) => (some.scores[a] as number) - (some.scores[b] as number) || a - b);
          const removed = ranked.filter((channel) => removal[channel] === 1);
          assert.deepEqual(removed, ranked.slice(0, removed.length));
        }
      }),
    );
  });

  it("is the same each time", () => {
    fc.assert(fc.property(someContest, (some) => assert.deepEqual(orderOf(some), orderOf(some))));
  });

  it("leaves whole what cannot be a multiple", () => {
    const groups = [group(0, 3), group(3, 13)];
    const order = removalOrder(contest(groups, flat(13), { roundTo: 4 }));
    // Three cannot be; ten become eight, then four.
    assert.deepEqual(channelsOf(order), [
      [3, 4],
      [5, 6, 7, 8],
    ]);
  });

  it("keeps each layer of a joined one wide enough, and a multiple", () => {
    // Two layers of 4 and 6 filters, joined and added to one of 10.
    const [a, b] = [range(0, 4), range(4, 10)].map((each) => Int32Array.from(each)) as [Int32Array, Int32Array];
    const channels = Int32Array.from(range(0, 10));
    const joined: ChannelGroup = { ...group(0, 10), widths: [channels, a, b] };
    const order = removalOrder(contest([joined], [0, 0, 0, 0, 9, 9, 9, 9, 9, 9], { roundTo: 2 }));
    assert.deepEqual(channelsOf(order), [
      [0, 1],
      [4, 5],
      [6, 7],
    ]);
  });

  it("counts channels that must stay as part of the width", () => {
    // Six, of which four must stay: two may go, and leave a multiple of four only together.
    const order = removalOrder(contest([group(0, 6, 4)], flat(6), { roundTo: 4 }));
    assert.deepEqual(channelsOf(order), [[4, 5]]);
  });
});

describe("the shortest removal that is enough", () => {
  it("is found as by trying all, to the portion", () => {
    fc.assert(
      fc.property(someContest, fc.nat(60), (some, wanted) => {
        const order = orderOf(some);
        const total = (portions: readonly Portion[]) =>
          portions.reduce((sum, { channels }) => sum + channels.length, 0);
        const found = shortest(order, some.scores.length, (removal) => removal.filter(Boolean).length >= wanted);
        const tried = range(0, order.length + 1).find((length) => total(order.slice(0, length)) >= wanted);
        assert.deepEqual(found, order.slice(0, tried ?? order.length));
      }),
    );
  });
});
