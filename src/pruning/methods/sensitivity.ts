import type { CriterionName } from "../criteria/registry.ts";
import { spread } from "../data/split.ts";
import { evaluate } from "../engine/evaluate.ts";
import { shrinkVerified } from "../engine/verified.ts";
import { throwIfCancelled } from "../errors.ts";
import type { ChannelGroup, Removal } from "../graph/channels/channels.ts";
import type { Model } from "../model/model.ts";
import { partOf } from "../progress.ts";
import { formatShare } from "../text.ts";
import { type Anatomy, anatomyOf } from "./anatomy.ts";
import { type Approach, selectRemoval } from "./channelTarget.ts";
import { scoreChannels } from "./evidence/scoreChannels.ts";
import type { LayerChoice } from "./layers.ts";
import type { MethodContext } from "./spec.ts";

/** What is measured when the sensitivity of a model is. */
export interface SensitivityOptions extends LayerChoice {
  /** Shares of a group's channels to remove, in (0, 1), ascending. */
  readonly ratios: readonly number[];
  readonly criterion: CriterionName;
  /** How many validation images answers are judged by, at most. */
  readonly images: number;
}

/** How a model answers validation images without a share of one group's channels. */
export interface SensitivityPoint {
  /** What was asked for, in (0, 1). */
  readonly ratio: number;
  /** How many channels went, at least one: the least important. */
  readonly removed: number;
  readonly accuracy: number;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
}

/** How a model bears it that one group alone is pruned. */
export interface GroupSensitivity {
  /** Of the group: its first layer. */
  readonly name: string;
  /** The layers that make its channels. */
  readonly layers: readonly string[];
  readonly channels: number;
  /** By ascending ratio, without those that are less than a channel. */
  readonly points: readonly SensitivityPoint[];
}

/** The sensitivity of a model, as far as it has been measured. */
export interface Sensitivity {
  readonly criterion: CriterionName;
  /** How many validation images judged. */
  readonly images: number;
  /** Of the model as it is. */
  readonly accuracy: number;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  readonly ratios: readonly number[];
  /** In network order; those that have been measured by now. */
  readonly groups: readonly GroupSensitivity[];
  /** Groups that are not measured, and why: a sentence each. */
  readonly left: readonly { readonly name: string; readonly reason: string }[];
  readonly isDone: boolean;
}

/** Where an analysis keeps what it finds. */
export interface Findings {
  /** What was found before it was broken off, of the same model by the same options. */
  found(): Promise<Sensitivity | undefined>;
  /** Replaces what there is. */
  keep(soFar: Sensitivity): Promise<void>;
}

type Answers = Pick<SensitivityPoint, "accuracy" | "loss">;

/** Each group gives its share, and keeps a channel. */
const approach: Approach = { scope: "layer", minWidth: 1, maxShare: 1, roundTo: 1 };

/**
 * Measures how well a model answers validation images with each group alone pruned by each ratio, by the path that
 * structured pruning takes (after Li et al. 2017, 3.1, who prune single layers: one that is tied to others would seem
 * robust because nothing of it can go). Goes on from what was found before.
 * @throws SecateurError as `anatomyOf`, `scoreChannels`, `shrinkVerified` and `evaluate`
 */
export async function measureSensitivity(
  model: Model,
  { ratios, criterion, images, ...choice }: SensitivityOptions,
  context: Omit<MethodContext, "choosing">,
  findings: Findings,
): Promise<void> {
  const before = await findings.found();
  if (before?.isDone) return;
  const { network, signal, progress } = context;
  const anatomy = anatomyOf(model, network, choice);
  const { scores } = await scoreChannels(anatomy, criterion, {}, { ...context, progress: partOf(progress, 0, 0.1) });
  const judge = await judgeOf(context, images);
  const whole = before ?? (await judge.answersOf(model));
  const { measured, left } = sorted(anatomy, scores, ratios);
  const groups = [...(before?.groups ?? [])];
  const keep = (isDone: boolean) =>
    findings.keep({
      criterion,
      images: judge.images,
      accuracy: whole.accuracy,
      loss: whole.loss,
      ratios,
      groups: [...groups],
      left,
      isDone,
    });
  const measuring = partOf(progress, 0.1, 0.9);
  for (const [index, group] of measured.entries()) {
    if (index < groups.length) continue;
    const points: SensitivityPoint[] = [];
    for (const [at, ratio] of ratios.entries()) {
      throwIfCancelled(signal);
      measuring((index + at / ratios.length) / measured.length, `${formatShare(ratio)} of ${group.name}`);
      const removal = removalFrom(group, anatomy, scores, ratio);
      const removed = count(removal);
      if (removed === 0) continue;
      const last = points.at(-1);
      // Of few channels, two ratios may take the same.
      const same = last?.removed === removed ? last : undefined;
      const small = same ?? (await shrinkVerified(model, anatomy.channels, removal, context));
      const { accuracy, loss } = "accuracy" in small ? small : await judge.answersOf(small);
      points.push({ ratio, removed, accuracy, loss });
    }
    groups.push({ name: group.name, layers: group.makers, channels: group.channels.length, points });
    await keep(false);
  }
  await keep(true);
}

/** Runs models on the same validation images. */
async function judgeOf(
  { engine, laboratory, signal }: Pick<MethodContext, "engine" | "laboratory" | "signal">,
  images: number,
) {
  const { split, fit, scaling } = laboratory().validation;
  const judges = spread(split, images);
  const backend = await engine();
  return {
    images: judges.count,
    async answersOf(model: Model): Promise<Answers> {
      const loaded = await backend.load(model);
      try {
        return await evaluate(loaded, judges, fit, scaling, { signal });
      } finally {
        loaded.dispose();
      }
    },
  };
}

/** Groups that can be measured, and others with why not: what nothing is taken from would seem robust. */
function sorted(
  anatomy: Anatomy,
  scores: Float64Array,
  ratios: readonly number[],
): { measured: readonly ChannelGroup[]; left: Sensitivity["left"] } {
  const most = Math.max(...ratios);
  const measured = anatomy.groups.filter((group) => count(removalFrom(group, anatomy, scores, most)) > 0);
  const others = anatomy.groups.filter((group) => !measured.includes(group));
  return {
    measured,
    left: [
      ...anatomy.left.map(({ group, reason }) => ({ name: group.name, reason })),
      ...others.map(({ name, free }) => ({
        name,
        reason: free.every((channel) => Number.isNaN(scores[channel]))
          ? "The criterion says nothing of it."
          : "It has too few channels for any of the ratios.",
      })),
    ],
  };
}

function removalFrom(group: ChannelGroup, anatomy: Anatomy, scores: Float64Array, ratio: number): Removal {
  const alone = { ...anatomy, groups: [group] };
  return selectRemoval(alone, alone, scores, { of: "filters", share: ratio }, approach).removal;
}

const count = (removal: Removal): number => removal.reduce((sum, gone) => sum + gone, 0);
