import * as tf from "@tensorflow/tfjs-core";
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

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-7;

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
  const rule = options.name === "sgd" ? sgd(options, slot) : adam(slot);
  return {
    slots,
    apply(gradients, learningRate, step) {
      for (const each of moved) {
        const gradient = gradients[each.variable.name];
        if (gradient) tf.tidy(() => move(each, gradient, learningRate, step, options, rule));
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

/** How far a weight moves per unit of learning rate, against the gradient. Updates the slots. */
type Rule = (name: string, gradient: tf.Tensor, step: number) => tf.Tensor;

function move(
  { name, variable, decays, mask }: Moved,
  gradient: tf.Tensor,
  learningRate: number,
  step: number,
  { name: optimizer, weightDecay }: Optimizer,
  rule: Rule,
): void {
  const decay = decays ? weightDecay : 0;
  const coupled = decay > 0 && optimizer !== "adamw" ? tf.add(gradient, tf.mul(variable, decay)) : gradient;
  const change = rule(name, mask ? tf.mul(coupled, mask) : coupled, step);
  const from = decay > 0 && optimizer === "adamw" ? tf.mul(variable, 1 - learningRate * decay) : variable;
  const to = tf.sub(from, tf.mul(change, learningRate));
  variable.assign(mask ? tf.mul(to, mask) : to);
}

function sgd({ momentum, nesterov }: Extract<Optimizer, { name: "sgd" }>, slot: Slot): Rule {
  return (name, gradient) => {
    if (momentum === 0) return gradient;
    const velocity = slot(name, "velocity");
    velocity.assign(tf.add(tf.mul(velocity, momentum), gradient));
    return nesterov ? tf.add(gradient, tf.mul(velocity, momentum)) : tf.clone(velocity);
  };
}

function adam(slot: Slot): Rule {
  return (name, gradient, step) => {
    const mean = slot(name, "mean");
    const square = slot(name, "square");
    mean.assign(tf.add(tf.mul(mean, beta1), tf.mul(gradient, 1 - beta1)));
    square.assign(tf.add(tf.mul(square, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
    const scale = Math.sqrt(1 - beta2 ** step) / (1 - beta1 ** step);
    return tf.div(tf.mul(mean, scale), tf.add(tf.sqrt(square), epsilon));
  };
}

type Slot = (name: string, kind: string) => tf.Variable;
