import assert from "node:assert/strict";
import type { Engine } from "../../../src/pruning/engine/engine.ts";
import { channelsOf } from "../../../src/pruning/graph/channels/channelsOf.ts";
import { mask } from "../../../src/pruning/graph/channels/mask.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { type Model, sizeOf } from "../../../src/pruning/model/model.ts";
import { architectures } from "../graph/channels/architectures/all.ts";
import { vocabulary } from "../graph/channels/architectures/architecture.ts";
import { type Random, randomFrom, randomized } from "../graph/channels/randomized.ts";
import { withEngine, withoutLeak } from "./backends.ts";

const examples = 3;

/** How far two sums of the same numbers in different order may lie apart, against the largest. */
const tolerance = 1e-5;

/** A batch for a model's only input. */
function feedOf(model: Model, random: Random) {
  const [input] = networkOf(model).inputs;
  const shape = [examples, ...(input?.shape.slice(1) ?? []).map((length) => length ?? 5)];
  const draw = input?.dtype === "int32" ? () => Math.floor(vocabulary * random()) : () => 2 * random() - 1;
  return { values: Float32Array.from({ length: sizeOf(shape) }, draw), shape };
}

function assertClose(some: Float32Array, others: Float32Array, what: string): void {
  assert.equal(some.length, others.length, what);
  const largest = others.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const apart = some.reduce((most, value, i) => Math.max(most, Math.abs(value - (others[i] as number))), 0);
  assert.ok(apart <= tolerance * largest, `${what}: ${apart} of ${largest}`);
}

/** Every free channel of a model, tried by an ablation and by running the masked model. */
async function checkAblation(engine: Engine, model: Model, random: Random): Promise<number> {
  const head = networkOf(model).outputs.at(-1)?.name ?? "";
  const channels = channelsOf(model);
  const free = channels.groups
    .flatMap((group) => [...group.free])
    .filter((_, i, all) => i % Math.ceil(all.length / 12) === 0);
  const { values, shape } = feedOf(model, random);
  const masked = async (channel?: number): Promise<Float32Array> => {
    const removal = new Uint8Array(channels.count);
    if (channel !== undefined) removal[channel] = 1;
    const loaded = await engine.load(mask(model, channels, removal));
    const [output] = await loaded.predict(values, shape, [head]);
    loaded.dispose();
    return output?.values ?? new Float32Array();
  };
  const ablation = await engine.ablate(model, head);
  // A layer that is another's activation makes its weights when it is first called.
  (await ablation.hold(values, shape)).dispose();
  const some = free.map((_, i) => [[0, 2], [1], [0, 1, 2], [1, 2]][i % 4] as number[]);
  const { whole, scores, parts } = await withoutLeak(async () => {
    const held = await ablation.hold(values, shape);
    const tried = await held.without(free);
    const inPart = await held.without(free, some);
    held.dispose();
    return { whole: held.scores, scores: tried, parts: inPart };
  });
  ablation.dispose();
  const classes = whole.length / examples;
  for (const [i, rows] of some.entries()) {
    const all = scores[i] as Float32Array;
    const wanted = rows.flatMap((row) => [...all.subarray(row * classes, (row + 1) * classes)]);
    assertClose(parts[i] as Float32Array, Float32Array.from(wanted), `channel ${free[i]} on examples ${rows}`);
  }
  assertClose(whole, await masked(), "the whole model");
  for (const [i, channel] of free.entries()) {
    // A width of one cannot be masked: nothing would be left.
    if (channels.groups.some(({ widths }) => widths.some((width) => width.length === 1 && width[0] === channel)))
      continue;
    assertClose(scores[i] as Float32Array, await masked(channel), `channel ${channel}`);
  }
  return free.length;
}

describe("ablation: what a model answers without a channel", () => {
  it("as the masked model does, for every small network", async function () {
    this.timeout(300_000);
    await withEngine(this, "wasm, 1 thread", async (engine) => {
      let tried = 0;
      for (const [i, [name, { build }]] of Object.entries(architectures).entries()) {
        const random = randomFrom(i);
        const model = randomized(await build(), random);
        // tfjs runs convolutional LSTMs with their channels first on few backends.
        if (networkOf(model).inputs.length > 1 || name.includes("LSTM of convolutions with channels first")) continue;
        tried += await checkAblation(engine, model, random).catch((cause) => {
          throw new Error(name, { cause });
        });
      }
      assert.ok(tried > 300, `${tried} channels`);
    });
  });

  it("refuses graph models", async function () {
    await withEngine(this, "wasm, 1 thread", async (engine) => {
      const model: Model = { format: "graph-model", source: "{}", json: {}, weights: new Map(), groups: [] };
      await assert.rejects(engine.ablate(model, "x"), /channels of a graph model cannot be tried/);
    });
  });
});
