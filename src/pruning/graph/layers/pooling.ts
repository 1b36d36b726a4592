import * as v from "valibot";
import { along, onlyChannelsAt, type Symbols } from "../channels/symbols.ts";
import { formatted, slide, windowed } from "./convolution.ts";
import {
  dataFormat,
  type LayerBehaviour,
  type LayerRule,
  type LayerRules,
  onlyInput,
  perAxis,
  rule,
  windowPadding,
} from "./rule.ts";
import { channelAxis, shapeOf, spaceOf } from "./space.ts";

// Source: tfjs-layers/src/layers/pooling.ts, 4.22.0.

function pooling(rank: number): LayerRule {
  const settings = v.object({
    pool_size: v.nullish(perAxis(rank), 2),
    strides: v.nullish(perAxis(rank)),
    padding: windowPadding,
    data_format: dataFormat,
  });
  return rule(settings, (s) => {
    const format = rank === 1 ? "channels_last" : s.data_format; // tfjs pools one axis channels-last only
    const window = {
      kernel_size: s.pool_size,
      strides: s.strides ?? s.pool_size,
      padding: s.padding,
      dilation_rate: [],
    };
    return {
      outputs: (inputs) => {
        const input = spaceOf(inputs, rank, format);
        return [shapeOf({ ...input, axes: slide(input.axes, window) }, format)];
      },
      trace: ([input], tracer, [shape]) => ({
        outputs: [formatted(shape, windowed(input as Symbols, tracer, format), format)],
      }),
    };
  });
}

const globalPooling1D = rule(v.object({}), () => ({
  outputs: (inputs) => {
    const [batch = null, , channels = null] = onlyInput(inputs, 3);
    return [[batch, channels]];
  },
  trace: traceGlobal("channels_last"),
}));

/** tfjs ignores `keepdims`. */
const globalPooling2D = rule(v.object({ data_format: dataFormat }), (s) => ({
  outputs: (inputs) => {
    const { batch, channels } = spaceOf(inputs, 2, s.data_format);
    return [[batch, channels]];
  },
  trace: traceGlobal(s.data_format),
}));

/** Leaves nothing but the channels. */
function traceGlobal(format: "channels_last" | "channels_first"): NonNullable<LayerBehaviour["trace"]> {
  return ([input], tracer, [shape = []]) => {
    const { length } = (input as Symbols).shape;
    return {
      outputs: [
        along(
          shape,
          1,
          onlyChannelsAt(input as Symbols, channelAxis(length, format), tracer, "pools along these channels"),
        ),
      ],
    };
  };
}

/** Maxima and means over windows, or over everything. */
export const poolingRules: LayerRules = {
  MaxPooling1D: pooling(1),
  MaxPooling2D: pooling(2),
  MaxPooling3D: pooling(3),
  AveragePooling1D: pooling(1),
  AveragePooling2D: pooling(2),
  AveragePooling3D: pooling(3),
  GlobalAveragePooling1D: globalPooling1D,
  GlobalMaxPooling1D: globalPooling1D,
  GlobalAveragePooling2D: globalPooling2D,
  GlobalMaxPooling2D: globalPooling2D,
};
