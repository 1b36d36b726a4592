import { useEffect, useRef, useState } from "preact/hooks";
import { seriesColours } from "../../protocol/palette.ts";
import { createChart, type Hit, type ParetoChart } from "../chart.ts";
import type { ChartModel } from "../series.ts";
import type { Action } from "../state.ts";
import { useTheme } from "../theme.ts";
import { describeChart, nameChart } from "../words.ts";
import type { Post } from "./actions.ts";
import { Key } from "./Key.tsx";
import { Tooltip } from "./Tooltip.tsx";

interface ChartViewProps {
  readonly model: ChartModel;
  readonly selected: string | undefined;
  readonly dispatch: (action: Action) => void;
  readonly post: Post;
}

/** Steps along x for each key that moves from point to point. */
const strides: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** The chart with its pointer and keyboard. */
export function ChartView({ model, selected, dispatch, post }: ChartViewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<ParetoChart>(undefined);
  const pointer = useRef<MouseEvent>(undefined);
  const [hover, setHover] = useState<Hit>();
  const theme = useTheme(seriesColours);

  useEffect(() => {
    if (!canvas.current) return;
    chart.current = createChart(canvas.current);
    return () => chart.current?.destroy();
  }, []);
  useEffect(() => {
    chart.current?.draw(model, selected, theme);
    point(pointer.current);
  }, [model, selected, theme]);

  /** Points at what lies under the pointer, or at nothing. */
  const point = (event: MouseEvent | undefined) => {
    pointer.current = event;
    setHover(event && chart.current?.hit(event));
  };
  /** The point meant by a pointer: the selected one where several share the spot. */
  const meant = (event: MouseEvent) => {
    const ids = chart.current?.hit(event)?.points.map(({ id }) => id) ?? [];
    return ids.find((id) => id === selected) ?? ids[0];
  };
  const open = (trial: string | undefined) => {
    if (trial !== undefined) post({ type: "openModel", trial });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") return point(undefined);
    if (event.key === "Enter") return open(selected);
    const stride = strides[event.key];
    if (stride === undefined) return;
    event.preventDefault();
    const trial =
      model.path[
        step(
          model.path.findIndex(({ id }) => id === selected),
          stride,
          model.path.length,
        )
      ]?.id;
    if (trial !== undefined) dispatch({ type: "select", trial, aloud: true });
  };

  return (
    <>
      <div
        class="chart"
        role="application"
        aria-roledescription="chart"
        aria-label={nameChart(model)}
        aria-describedby="chart-description"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move between points
        tabIndex={0}
        onKeyDown={onKeyDown}
        onMouseMove={point}
        onMouseLeave={() => point(undefined)}
        onClick={(event) => {
          const trial = meant(event);
          if (trial !== undefined) dispatch({ type: "select", trial });
        }}
        onDblClick={(event) => open(meant(event))}
      >
        <canvas ref={canvas} />
        {hover && <Tooltip hit={hover} />}
      </div>
      <p id="chart-description" class="visually-hidden">
        {describeChart(model)}
      </p>
      <Key front={model.front.length > 0} />
    </>
  );
}

/** The next index along a path of `length`; from nowhere, its start or its end. */
function step(from: number, stride: number, length: number): number {
  const start = from < 0 && stride < 0 ? length : from;
  return Math.min(length - 1, Math.max(0, start + stride));
}
