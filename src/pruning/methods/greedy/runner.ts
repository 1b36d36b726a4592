import type { RowAnswers } from "../../metrics/accuracy.ts";
import type { Insight, Outcome } from "./contest.ts";

/** Of an image that a candidate has not been tried on. */
const unknown = -1;

/** A candidate on its way through the images. */
export class Runner implements Outcome {
  readonly channel: number;
  right = 0;
  loss = 0;
  answered = 0;
  /** By image: 1 for one that is right without the channel, 0 for one that is wrong, −1 for one not tried yet. */
  readonly answers: Int8Array;
  /** By image, of those that were tried. */
  readonly margins: Float64Array;

  constructor(channel: number, images: number) {
    this.channel = channel;
    this.answers = new Int8Array(images).fill(unknown);
    this.margins = new Float64Array(images);
  }

  /** @param images which were tried, in the order of what came of them */
  add(images: readonly number[], { right, loss, margin }: RowAnswers): void {
    for (const [i, image] of images.entries()) {
      this.answers[image] = right[i] as number;
      this.margins[image] = margin[i] as number;
      this.right += right[i] as number;
      this.loss += loss[i] as number;
    }
    this.answered += images.length;
  }

  isOpen(image: number): boolean {
    return this.answers[image] === unknown;
  }

  get isFinished(): boolean {
    return this.answered === this.answers.length;
  }

  /** How many images it has answered right, less those that another, which is finished, has among the same. */
  lead(other: Runner): number {
    return this.answers.reduce((sum, own, i) => (own === unknown ? sum : sum + own - (other.answers[i] as number)), 0);
  }
}

/** Whether an image is likely to be wrong without a channel: it was at the last step or, where it was not tried, is now. */
export function suspicionOf({ margins, answers }: Insight, channel: number): (image: number) => boolean {
  const known = answers.get(channel);
  return (image) => {
    const answer = known?.[image] ?? unknown;
    return answer === unknown ? (margins[image] as number) <= 0 : answer === 0;
  };
}

/** Which of two has the better figures, so far or in the end. @returns below 0 where it is `a` */
export const compareRunners = (a: Outcome, b: Outcome): number => b.right - a.right || a.loss - b.loss;
