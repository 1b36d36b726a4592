import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Evidence, EvidenceKind } from "../../criteria/evidence.ts";
import { type Normalization, normalize } from "../../criteria/normalize.ts";
import { type CriterionName, criterionNamed } from "../../criteria/registry.ts";
import type { Criterion } from "../../criteria/spec.ts";
import { type Membership, membersOf, type Subject, scalesOf } from "../../criteria/views.ts";
import type { ChannelGroup } from "../../graph/channels/channels.ts";
import { gatherActivity } from "./activity.ts";
import { gatherContributions } from "./contributions.ts";
import { gatherGates } from "./gates.ts";
import { defaultImages, type Experiment, type ScoringContext } from "./laboratory.ts";
import { gatherRemovals } from "./removals.ts";

export interface ScoringOptions {
  /** How groups are made comparable; `mean` if left out, `none` for criteria that are comparable by themselves. */
  readonly normalization?: Normalization | undefined;
  /** Whose weights have a say in a group's score; `makers` if left out. */
  readonly membership?: Membership | undefined;
  /** How many images at most evidence is gathered from; 256 if left out. */
  readonly images?: number | undefined;
}

export interface ChannelScores {
  /** One per channel of the network, higher is more important; NaN where nothing can be said of it: such must stay. */
  readonly scores: Float64Array;
  /** Which groups with free channels have no score, and why: sentences. */
  readonly notes: readonly string[];
}

/**
 * Scores every channel of a network by a criterion. Gathers what the criterion judges by and nothing else: TensorFlow.js
 * is asked for only by those that need images.
 * @throws SecateurError `bad-recipe` for an unknown criterion, `cancelled`, `bad-data` where labels are needed and there
 *   are none, `training` where a gradient is needed and a layer has none, `unsupported-model` as `Engine.probe`
 */
export async function scoreChannels(
  subject: Subject,
  name: CriterionName,
  { normalization, membership = "makers", images = defaultImages }: ScoringOptions,
  context: ScoringContext,
): Promise<ChannelScores> {
  const criterion: Criterion = criterionNamed(name);
  const evidenceOf = await gatherers[criterion.evidence](subject, { ...context, images }, membership);
  const scores = new Float64Array(subject.channels.count).fill(Number.NaN);
  for (const group of subject.channels.groups) {
    const own = criterion.score(evidenceOf(group), group.channels.length);
    const comparable = normalize(own, normalization ?? (criterion.comparable ? "none" : "mean"));
    for (const [place, channel] of group.channels.entries()) scores[channel] = comparable[place] as number;
  }
  const unscored = subject.channels.groups.filter(({ free }) => free.some((channel) => Number.isNaN(scores[channel])));
  const notes = unscored.map(
    (group) => `${group.name} has no score by ${criterion.title}: ${lacks[criterion.evidence]}.`,
  );
  return { scores, notes };
}

/** How each kind of evidence is gathered: once for the network, then seen by group. */
type Gatherers = {
  readonly [Kind in EvidenceKind]: (
    subject: Subject,
    experiment: Experiment,
    membership: Membership,
  ) => Promise<(group: ChannelGroup) => Evidence[Kind]>;
};

const gatherers: Gatherers = {
  weights: async (subject, _, membership) => (group) => membersOf(subject, group, membership),
  scales: async (subject) => (group) => scalesOf(subject, group),
  draws: async ({ channels }, { seed }) => {
    const random = xoroshiro128plus(seed);
    return byGroup(Float64Array.from({ length: channels.count }, () => uniformFloat64(random)));
  },
  async activity(subject, experiment) {
    const { magnitude, zeros } = await gatherActivity(subject, experiment);
    const [magnitudeOf, zerosOf] = [byGroup(magnitude), byGroup(zeros)];
    return (group) => ({ magnitude: magnitudeOf(group), zeros: zerosOf(group) });
  },
  async gates(subject, experiment) {
    const gates = (await gatherGates(subject, experiment)).map(byGroup);
    return (group) => gates.map((gatesOf) => gatesOf(group));
  },
  contributions: (subject, experiment) => gatherContributions(subject, experiment),
  async removals(subject, experiment) {
    const { after, ...shared } = await gatherRemovals(subject, experiment);
    return ({ channels }) => ({ ...shared, after: Array.from(channels, (channel) => after[channel]) });
  },
};

/** What a group without a score lacks. */
const lacks: Readonly<Record<EvidenceKind, string>> = {
  weights: "no kernel makes its channels",
  scales: "no batch normalisation scales its channels",
  activity: "its channels cannot be told apart in what its layers put out",
  contributions: "no dense or convolution layer reads its channels",
  gates: "no layer reads its channels",
  removals: "no layer reads its channels",
  draws: "no number was drawn",
};

/** One number per channel of the network, seen by group. */
const byGroup =
  (values: Float64Array) =>
  ({ channels }: ChannelGroup): Float64Array =>
    Float64Array.from(channels, (channel) => values[channel] as number);
