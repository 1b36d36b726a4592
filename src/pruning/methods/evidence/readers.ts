import type { Subject } from "../../criteria/views.ts";
import type { Output } from "../../engine/engine.ts";
import { type Window, windowsOf } from "../../graph/layers/windows.ts";
import { kernelsOf, type Layer } from "../../graph/network.ts";
import { sizeOf } from "../../model/model.ts";
import { type Reading, readingsOf } from "./reading.ts";
import { outputLength, tapsAt, type WindowAxis } from "./taps.ts";

/** A dense or convolution layer that reads channels. */
export interface Reader {
  readonly layer: Layer;
  readonly window: Window;
  readonly reading: Reading;
}

/** Those of a network, in its order. Other layers that read channels, such as recurrent ones, are not linear in them. */
export function readersOf(subject: Subject): Reader[] {
  const windows = windowsOf(subject.model);
  const readings = new Map(readingsOf(subject).map((reading) => [reading.weight.name, reading]));
  return subject.network.layers.flatMap((layer) => {
    const window = windows.get(layer.name);
    const reading = kernelsOf(layer).flatMap(({ name }) => readings.get(name) ?? [])[0];
    return window && reading ? [{ layer, window, reading }] : [];
  });
}

/** About how many numbers one example brings to a reader; infinite where that is not known. */
export function inputSize({ layer, window, reading }: Reader): number {
  const perOutput = sizeOf(window.strides) ** (window.kind === "transposed" ? -1 : 1);
  const [, ...example] = layer.outputShape ?? [];
  const outputs = reading.weight.shape[outputAxis(reading)] as number;
  const known = example.filter((length) => length !== null);
  if (known.length === 0 || known.length < example.length) return Number.POSITIVE_INFINITY;
  return (sizeOf(known) / outputs) * perOutput * reading.channels.length;
}

/** The axis of a kernel that counts what it makes: the other one behind those in space. */
const outputAxis = ({ weight, axis }: Reading): number => 2 * weight.shape.length - 3 - axis;

/** Draws a whole number from 0 to just under a length. */
export type Below = (length: number) => number;

/**
 * What each index of the axis that a layer reads adds to one number of its output, chosen at random, before bias and
 * activation.
 * @param input what the layer is called on
 * @param example which of the batch
 */
export function sampleRow({ reading, window }: Reader, input: Output, example: number, below: Below): Float32Array {
  const { weight, values: kernel, channels } = reading;
  const inSpace = weight.shape.length - 2;
  const { steps, space, perPosition, perChannel } = layoutOf(input.shape, inSpace, window);
  const axes = space.map((length, i): WindowAxis => {
    const [stride = 1, dilation = 1] = [window.strides[i], window.dilations[i]];
    return { input: length, kernel: weight.shape[i] as number, stride, dilation };
  });
  const output = axes.map((axis) => below(outputLength(axis, window)));
  const filters = weight.shape[outputAxis(reading)] as number;
  const filter = below(filters);
  const perFilter = reading.axis < outputAxis(reading) ? 1 : channels.length;
  const example0 = (example * steps + below(steps)) * sizeOf(space) * channels.length;
  const row = new Float32Array(channels.length);
  for (const tap of tapsAt(axes, window, output)) {
    const x = example0 + tap.input * perPosition;
    const w = tap.kernel * filters * channels.length + filter * perFilter;
    for (let i = 0; i < row.length; i++) {
      const added = (input.values[x + i * perChannel] as number) * (kernel[w + i * reading.stride] as number);
      row[i] = (row[i] as number) + added;
    }
  }
  return row;
}

/** How an input lies in memory: steps of a sequence, which are examples of their own, then space and channels. */
function layoutOf(shape: readonly number[], inSpace: number, { channelsFirst }: Window) {
  const lead = shape.slice(0, shape.length - inSpace - 1);
  const rest = shape.slice(lead.length);
  const space = channelsFirst ? rest.slice(1) : rest.slice(0, -1);
  return {
    steps: sizeOf(lead.slice(1)),
    space,
    perPosition: channelsFirst ? 1 : (rest.at(-1) as number),
    perChannel: channelsFirst ? sizeOf(space) : 1,
  };
}
