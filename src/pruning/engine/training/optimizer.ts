import * as tf from "@tensorflow/tfjs-core";
import { adamStep, beta1, beta2 } from "./adam.ts";
import type { Optimizer } from "./contract.ts";

/** A variable that an optimiser moves, with what it must leave alone. */
export interface Moved {
  readonly name: string;
  readonly variable: tf.Variable;
  readonly decays: boolean;
  /** 0 where the weight is held at zero, 1 elsewhere. May be another from step to step. */
  mask?: tf.Tensor;
}

/** An optimiser with its slots, by `<weight>/<slot>`. */
export interface OptimizerSteps {
  readonly slots: ReadonlyMap<string, tf.Variable>;
  /** @param step counts from 1 */
  apply(gradients: tf.NamedTensorMap, learningRate: number, step: number): void;
  /** Makes the slots of a weight zero where its mask has become so. */
  mask(moved: Moved): void;
  dispose(): void;
}

/**
 * SGD with momentum (Sutskever et al. 2013, as PyTorch: `v ← μv + g`, `w ← w − ηv`, Nesterov `w ← w − η(g + μv)`),
 * Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019). Weight decay joins the gradient in SGD and Adam, and
 * acts on the weights themselves in AdamW. Gradients are masked first, so that slots are zero where weights are
 * held at zero and momentum cannot revive them; the weights are masked last, so that rounding cannot.
 */
export function optimizerOf(options: Optimizer, moved: readonly Moved[]): OptimizerSteps {
  const slots = new Map<string, tf.Variable>();
  for (const { name, variable } of moved) {
    for (const slot of slotsOf(options))
      slots.set(
        `${name}/${slot}`,
        tf.tidy(() => tf.variable(tf.zerosLike(variable), false)),
      );
  }
  const slot = (name: string, kind: string): tf.Variable => slots.get(`${name}/${kind}`) as tf.Variable;
  const rule = options.name === "sgd" ? sgd(options, slot) : adam(options, slot);
  return {
    slots,
    apply(gradients, learningRate, step) {
      for (const each of moved) {
        const gradient = gradients[each.variable.name];
        if (gradient) tf.tidy(() => each.variable.assign(rule(each, gradient, learningRate, step)));
      }
    },
    mask({ name, mask }) {
      if (!mask) return;
      for (const kind of slotsOf(options)) tf.tidy(() => void slot(name, kind).assign(tf.mul(slot(name, kind), mask)));
    },
    dispose: () => tf.dispose([...slots.values()]),
  };
}

function slotsOf(options: Optimizer): readonly string[] {
  if (options.name !== "sgd") return ["mean", "square"];
  return options.momentum === 0 ? [] : ["velocity"];
}

/** What a weight becomes. Updates the slots. */
type Rule = (moved: Moved, gradient: tf.Tensor, learningRate: number, step: number) => tf.Tensor;

function sgd({ momentum, nesterov, weightDecay }: Extract<Optimizer, { name: "sgd" }>, slot: Slot): Rule {
  const changeOf = (name: string, gradient: tf.Tensor): tf.Tensor => {
    if (momentum === 0) return gradient;
    const velocity = slot(name, "velocity");
    velocity.assign(tf.add(tf.mul(velocity, momentum), gradient));
    return nesterov ? tf.add(gradient, tf.mul(velocity, momentum)) : velocity;
  };
  return ({ name, variable, decays, mask }, gradient, learningRate) => {
    const decayed = decays && weightDecay > 0 ? tf.add(gradient, tf.mul(variable, weightDecay)) : gradient;
    const change = changeOf(name, mask ? tf.mul(decayed, mask) : decayed);
    const to = tf.sub(variable, tf.mul(change, learningRate));
    return mask ? tf.mul(to, mask) : to;
  };
}

function adam({ name: optimizer, weightDecay }: Extract<Optimizer, { name: "adam" | "adamw" }>, slot: Slot): Rule {
  return ({ name, variable, decays, mask }, gradient, learningRate, step) => {
    const [mean, square] = [slot(name, "mean"), slot(name, "square")];
    const decay = decays ? weightDecay : 0;
    const next = adamStep(
      { weights: variable, gradient, mean, square, mask },
      {
        learningRate,
        correction: Math.sqrt(1 - beta2 ** step) / (1 - beta1 ** step),
        decay: optimizer === "adam" ? decay : 0,
        keep: optimizer === "adamw" ? 1 - learningRate * decay : 1,
      },
    );
    mean.assign(next.mean);
    square.assign(next.square);
    return next.weights;
  };
}

type Slot = (name: string, kind: string) => tf.Variable;
