import type { Model } from "../../model/model.ts";
import { isObject } from "../json.ts";
import { settledWeights, weightName } from "../layers/layersNetwork.ts";
import type { LayerBehaviour, Traced } from "../layers/rule.ts";
import { behaviourOf } from "../layers/rules.ts";
import { type KerasLayer, type KerasModel, parseTopology } from "../layers/topology.ts";
import { declaredShape, type Interpretation, walk } from "../layers/walk.ts";
import { frameOf, sequenceOf } from "../layers/wrappers.ts";
import type { Shape } from "../network.ts";
import { tieWeights } from "./arrange.ts";
import type { ChannelAxes, Channels } from "./channels.ts";
import { gatherChannels, type TracedWeight } from "./gather.ts";
import { TracedSettings } from "./settings.ts";
import { type AxisSymbols, blank, lockAll, type Symbols } from "./symbols.ts";
import { Tracer } from "./tracer.ts";

/**
 * Which channels a model has and which live and die together, found by running it once on symbols. Graph models have
 * none that this knows of.
 * @throws SecateurError as `networkOf`
 */
export function channelsOf(model: Model): Channels {
  const tracer = new Tracer();
  if (model.format !== "layers-model") return gatherChannels(tracer, [], []);
  const keras = parseTopology(model.json.modelTopology);
  const names = settledWeights(keras, model);
  const weights = new Map<string, TracedWeight>();
  const settings = new TracedSettings();
  const outputs = walk(
    keras,
    onSymbols(tracer, settings, (layer, path, slots, axes) => {
      for (const [i, slot] of slots.entries()) {
        const name = names.get(weightName(layer, slot))?.name;
        const own = axes[i];
        if (name === undefined || own === undefined) continue;
        const before = weights.get(name);
        if (before) tieWeights([before.axes], [own], tracer);
        const joint = before?.axes.map((axis, i) => axis ?? own[i] ?? null);
        weights.set(name, { name, layer: path, axes: joint ?? own });
      }
    }),
  );
  lockOutputs(keras, outputs, tracer);
  return gatherChannels(tracer, [...weights.values()], settings.settle(tracer));
}

function lockOutputs(keras: KerasModel, outputs: readonly Symbols[], tracer: Tracer): void {
  for (const [i, output] of outputs.entries()) {
    tracer.layer = keras.outputs[i]?.layer ?? "";
    lockAll([output], tracer, "gives these channels out: the model answers with them");
  }
}

type Visit = (
  layer: KerasLayer,
  path: string,
  slots: ReturnType<NonNullable<LayerBehaviour["slots"]>>,
  axes: readonly ChannelAxes[],
) => void;

/** Symbols for tensors; tells of the weights of each call, and collects the settings that count channels. */
function onSymbols(tracer: Tracer, settings: TracedSettings, visit: Visit): Interpretation<Symbols> {
  return {
    input(layer, path, given) {
      if (given && !layer.implied) settings.called(layer.at, path, declaredCounts(layer, given));
      return given ?? blank(declaredShape(layer, path));
    },
    call(layer, path, inputs) {
      tracer.layer = path;
      const behaviour = behaviourOf(layer.className, layer.config);
      const shapes = inputs.map(({ shape }) => shape);
      const outputs = behaviour.outputs(shapes);
      const slots = behaviour.slots?.(shapes) ?? [];
      const traced = behaviour.trace?.(inputs, tracer, outputs) ?? opaque(inputs, outputs, tracer);
      visit(layer, path, slots, traced.weights ?? []);
      const declared = inputs[0] ? declaredCounts(layer, inputs[0]) : [];
      settings.called(layer.at, path, [...declared, ...(traced.counts ?? [])], traced.sameShape && inputs[0]);
      return traced.outputs;
    },
    idle(_, path, inputs) {
      tracer.layer = path;
      lockAll(inputs, tracer, "counts on them, though no output needs it");
    },
    frame(inputs, layer, path) {
      const input = inputs[0] as Symbols;
      settings.called(layer.at, path, [], input);
      return { steps: input.shape[1] ?? null, frame: frameOf(input) };
    },
    sequence: (output, inputs) => sequenceOf(output, inputs[0] as Symbols),
  };
}

/** A layer of which nobody can tell what it does with channels. */
function opaque(inputs: readonly Symbols[], outputs: readonly Shape[], tracer: Tracer): Traced {
  lockAll(inputs, tracer, "does with these channels what Secateur cannot follow");
  return { outputs: outputs.map(blank) };
}

/** An input shape in a layer's config, as the first layer of a nested model has: it counts the channels it is given. */
function declaredCounts({ config }: KerasLayer, input: Symbols): NonNullable<Traced["counts"]> {
  const own = isObject(config) ? config : {};
  const under = (key: string, first: number) => {
    const shape = own[key];
    if (!Array.isArray(shape)) return [];
    return shape.flatMap((length, i) => {
      const channels: AxisSymbols = input.axes[i + first] ?? null;
      return channels !== null && typeof length === "number" ? [{ path: [key, i], channels }] : [];
    });
  };
  const last = input.axes.at(-1) ?? null;
  const dimension = typeof own.input_dim === "number" && last !== null && !Object.hasOwn(own, "output_dim");
  return [
    ...under("batch_input_shape", 0),
    ...under("input_shape", 1),
    ...(dimension && last ? [{ path: ["input_dim"], channels: last }] : []),
  ];
}
