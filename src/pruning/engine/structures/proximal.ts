import * as tf from "@tensorflow/tfjs-core";

/** What an update of factors makes of them, and of their momentum. */
export interface ProximalStep {
  readonly factors: tf.Tensor;
  readonly velocity: tf.Tensor;
}

/**
 * One step of accelerated proximal gradient (Huang & Wang 2018, eqs. 10-12), of factors λ and their momentum v: with
 * step size η, `z = S(λ − η∇L(λ))` where `S(x) = sign(x)·max(0, |x| − ηγ)`, `v' = z − λ + μv`, `λ' = max(0, z + μv')`.
 * What the threshold takes is exactly zero.
 */
export function proximalStep(
  { factors, velocity }: ProximalStep,
  gradient: tf.Tensor,
  learningRate: number,
  { gamma, momentum }: { readonly gamma: number; readonly momentum: number },
): ProximalStep {
  return tf.tidy(() => {
    const moved = tf.sub(factors, tf.mul(gradient, learningRate));
    const threshold = learningRate * gamma;
    const kept = tf.sub(tf.relu(tf.sub(moved, threshold)), tf.relu(tf.sub(tf.neg(moved), threshold)));
    const next = tf.add(tf.sub(kept, factors), tf.mul(velocity, momentum));
    return { factors: tf.relu(tf.add(kept, tf.mul(next, momentum))), velocity: next };
  });
}
