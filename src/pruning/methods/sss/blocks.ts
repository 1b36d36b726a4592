import { requireEqual } from "../../engine/equality.ts";
import { bypass } from "../../graph/blocks/bypass.ts";
import { residualBlocks } from "../../graph/blocks/residual.ts";
import type { Network } from "../../graph/network.ts";
import { type Model, sizeOf } from "../../model/model.ts";
import { formatCount } from "../../text.ts";
import { chooseLayers, type LayerChoice } from "../layers.ts";
import { listed } from "../structuredNotes.ts";
import { folded } from "./fold.ts";
import type { Selection } from "./selection.ts";
import type { SssOptions } from "./sssSpec.ts";
import type { Candidates } from "./structures.ts";

/**
 * Residual blocks: a factor multiplies what a branch gives, right before it is added, and a block whose factor is zero
 * becomes its shortcut.
 */
export function blockSelection(model: Model, options: SssOptions, network: Network): Selection {
  const { chosen, left } = chosenBlocks(model, network, options);
  const axes = chosen.flatMap(({ scales }, block) =>
    scales.map((weight) => {
      const shape = model.weights.get(weight)?.shape ?? [];
      const axis = shape.length - 1;
      return { weight, axis, structures: new Int32Array(shape[axis] ?? 0).fill(block) };
    }),
  );
  const candidates: Candidates = {
    count: chosen.length,
    axes,
    groups:
      chosen.length > 0
        ? [{ name: "blocks", layers: chosen.map(({ name }) => name), first: 0, count: chosen.length }]
        : [],
    left,
  };
  const { threshold = 0 } = options;
  return {
    candidates,
    by: "factors",
    threshold,
    nouns: ["residual block", "residual blocks"],
    start: 1,
    async prune(trained, { values }, context) {
      const isOut = (block: number) => (values[block] as number) <= threshold;
      const factors = values.map((value, block) => (isOut(block) ? 0 : value));
      const whole = folded(trained, candidates, factors);
      const gone = chosen.filter((_, block) => isOut(block));
      if (gone.length === 0) return { model: whole, notes: [] };
      const small = bypass(whole, gone);
      await requireEqual(small, whole, context, ["the model without those blocks", "the same model with them at zero"]);
      const [before, after] = [parametersOf(model), parametersOf(small)];
      const names = listed(gone.map(({ name }) => name));
      const count = gone.flatMap(({ branch }) => branch).length;
      const layers = `${formatCount(count)} ${count === 1 ? "layer" : "layers"}`;
      const weights = `${formatCount(before - after)} of ${formatCount(before)} weights`;
      return {
        model: small,
        notes: [`Became their shortcut: ${names}, with ${weights} in ${layers}.`],
      };
    },
  };
}

/** The blocks all of whose layers may be touched. */
function chosenBlocks(model: Model, network: Network, choice: LayerChoice) {
  const { blocks, left } = residualBlocks(model, network);
  const wanted = new Set(chooseLayers(network, choice).map(({ name }) => name));
  const prunable = new Set(network.layers.filter((layer) => layer.prunable).map(({ name }) => name));
  const unwanted = blocks.flatMap(({ name, branch }) => {
    const outside = [...prunable].find((layer) => branch.includes(layer.split("/")[0] as string) && !wanted.has(layer));
    return outside === undefined ? [] : [{ name, reason: `It goes together with ${outside}, which is not chosen.` }];
  });
  const without = new Set(unwanted.map(({ name }) => name));
  return { chosen: blocks.filter(({ name }) => !without.has(name)), left: [...left, ...unwanted] };
}

const parametersOf = ({ weights }: Model): number =>
  [...weights.values()].reduce((sum, { shape, group }) => sum + (group === "optimizer" ? 0 : sizeOf(shape)), 0);
