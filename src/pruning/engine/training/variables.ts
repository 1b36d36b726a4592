import * as tf from "@tensorflow/tfjs-core";

/** The numbers of variables, by name. @param names which of them; all if left out, and none that are not there */
export async function readVariables(
  variables: ReadonlyMap<string, tf.Variable>,
  names: Iterable<string> = variables.keys(),
): Promise<Map<string, Float32Array>> {
  const values = new Map<string, Float32Array>();
  // A copy: some backends hand out their own memory.
  for (const name of names) {
    const variable = variables.get(name);
    if (variable) values.set(name, ((await variable.data()) as Float32Array).slice());
  }
  return values;
}

/** Gives variables the numbers that `readVariables` read; names that are not there are left out. */
export function writeVariables(
  variables: ReadonlyMap<string, tf.Variable>,
  values: ReadonlyMap<string, Float32Array>,
): void {
  for (const [name, value] of values) {
    const variable = variables.get(name);
    if (variable) tf.tidy(() => variable.assign(tf.tensor(value, variable.shape)));
  }
}

/** What variables hold now, without a copy: assigning to them leaves it alone. */
export function snapshotOf(variables: readonly (readonly [string, tf.Variable])[]) {
  const kept = variables.map(([, variable]) => ({ variable, value: tf.clone(variable) }));
  return {
    restore() {
      for (const { variable, value } of kept) variable.assign(value);
    },
    dispose: () => tf.dispose(kept.map(({ value }) => value)),
  };
}
