import { stat } from "node:fs/promises";
import type { Subject } from "../pruning/criteria/views.ts";
import { SecateurError } from "../pruning/errors.ts";
import { channelsOf } from "../pruning/graph/channels/channelsOf.ts";
import type { Layer } from "../pruning/graph/network.ts";
import { networkOf } from "../pruning/graph/networkOf.ts";
import { readModel } from "../pruning/model/read.ts";

/** A model by the path of its model.json, with its layers and channels. @throws SecateurError as `readModel` */
export type OpenModel = (path: string) => Promise<Subject>;

/** Opens models, and keeps the last one: who looks at a layer looks at its filters next. */
export function keepingLast(): OpenModel {
  let last: { readonly key: string; readonly subject: Promise<Subject> } | undefined;
  return async (path) => {
    const key = `${path} ${(await stat(path).catch(() => undefined))?.mtimeMs}`;
    if (last?.key !== key) {
      const opening = { key, subject: read(path) };
      last = opening;
      // What was missing may be there the next time.
      opening.subject.catch(() => {
        if (last === opening) last = undefined;
      });
    }
    return last.subject;
  };
}

async function read(path: string): Promise<Subject> {
  const model = await readModel(path);
  return { model, network: networkOf(model), channels: channelsOf(model) };
}

/** @throws SecateurError `bad-model` where the file is no longer the model that was asked about */
export function layerNamed(name: string, path: string, { network }: Subject): Layer {
  const layer = network.layers.find((each) => each.name === name);
  if (layer) return layer;
  throw new SecateurError("bad-model", `${path} has no layer "${name}" any more; refresh the view.`);
}
