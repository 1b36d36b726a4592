import type { Workload } from "../engine/engine.ts";
import { networkOf } from "../graph/networkOf.ts";
import type { Model } from "../model/model.ts";
import { rolesOf } from "../training/roles.ts";

/**
 * What a job will have its backend do, for `auto` to choose one by.
 * @param learns whether a step of the job trains the model: what all kinds of training share stands for them
 */
export function workloadOf(model: Model, learns: boolean): Workload {
  if (!learns) return { model };
  return {
    model,
    training: {
      optimizer: { name: "adam", weightDecay: 0 },
      // Any output that scores classes will do.
      classes: 0,
      masks: new Map(),
      ...rolesOf(networkOf(model)),
      temperature: 1,
      teacherShare: 0,
    },
  };
}
