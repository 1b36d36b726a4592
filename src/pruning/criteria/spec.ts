import type { Evidence, EvidenceKind } from "./evidence.ts";

/** A score of importance for the channels of a group, or the filters of a layer: a pure function of evidence. */
export interface Criterion<Name extends string = string, Kind extends EvidenceKind = EvidenceKind> {
  readonly name: Name;
  readonly title: string;
  /** What the number means, and in which unit, for people. */
  readonly description: string;
  /** Whether scores of different layers mean the same, so that they may be ranked together as they are. */
  readonly comparable: boolean;
  /** What it judges by; nothing else is gathered for it. */
  readonly evidence: Kind;
  /**
   * @param count how many channels (filters) there are
   * @returns one score per channel, higher is more important; NaN where the evidence says nothing of it
   */
  score(evidence: Evidence[Kind], count: number): Float64Array;
}
