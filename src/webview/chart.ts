import { Chart, type ChartDataset, LinearScale, LineElement, PointElement, ScatterController } from "chart.js";
import { colourOf, shapeOf } from "../protocol/palette.ts";
import type { MetricDefinition } from "../pruning/metrics/definitions.ts";
import { axisRange, type ChartModel, type ChartPoint } from "./series.ts";
import type { Theme } from "./theme.ts";

Chart.register(ScatterController, LinearScale, PointElement, LineElement);

/** Points under the pointer and where they lie in the canvas, in CSS pixels. */
export interface Hit {
  readonly points: readonly ChartPoint[];
  readonly left: number;
  readonly top: number;
}

/** The canvas: draws a model, and finds points. Holds no state a person could lose. */
export interface ParetoChart {
  draw(model: ChartModel, selected: string | undefined, theme: Theme): void;
  /** The nearest points within reach of a pointer; several where they lie on one spot. */
  hit(event: MouseEvent): Hit | undefined;
  destroy(): void;
}

type Dataset = ChartDataset<"scatter", ChartPoint[]>;

/** How far from a point a pointer may be, in CSS pixels. */
const REACH = 16;
const RADIUS = 5;

export function createChart(canvas: HTMLCanvasElement): ParetoChart {
  const chart = new Chart<"scatter", ChartPoint[]>(canvas, {
    type: "scatter",
    data: { datasets: [] },
    options: {
      // Points must not move under a pointer, nor before eyes that asked for less motion.
      animation: false,
      maintainAspectRatio: false,
      // Pointers are followed on the element around the canvas.
      events: [],
    },
  });

  return {
    draw(model, selected, theme) {
      chart.data.datasets = [
        ...model.series.map((series) => seriesDataset(series.run.colour, series.points, theme)),
        frontDataset(model, theme),
        selectionDataset(
          model.path.filter(({ id }) => id === selected),
          theme,
        ),
      ];
      chart.options.scales = {
        x: axis(
          model.x,
          model.path.map(({ x }) => x),
          theme,
        ),
        y: axis(
          model.y,
          model.path.map(({ y }) => y),
          theme,
        ),
      };
      chart.update("none");
    },
    hit(event) {
      const near = chart
        .getElementsAtEventForMode(event, "nearest", { intersect: false, axis: "xy" }, true)
        .filter(({ datasetIndex }) => datasetIndex < chart.data.datasets.length - 2);
      const [element] = near.map((item) => item.element);
      if (!element || Math.hypot(element.x - event.offsetX, element.y - event.offsetY) > REACH) return undefined;
      const points = near.flatMap(({ datasetIndex, index }) => chart.data.datasets[datasetIndex]?.data[index] ?? []);
      return { points, left: element.x, top: element.y };
    },
    destroy: () => chart.destroy(),
  };
}

/** Full shapes for trials on the front, empty ones for trials that another beats, a star for the unpruned model. */
function seriesDataset(index: number, points: readonly ChartPoint[], theme: Theme): Dataset {
  const colour = theme.series[colourOf(index)] ?? theme.text;
  return {
    data: [...points],
    pointStyle: points.map(({ baseline }) => (baseline ? "star" : shapeOf(index))),
    pointRadius: points.map(({ baseline }) => (baseline ? RADIUS + 2 : RADIUS)),
    pointBorderColor: colour,
    pointBorderWidth: 2,
    pointBackgroundColor: points.map(({ beaten }) => (beaten ? theme.background : colour)),
    clip: false,
    order: 1,
  };
}

/** Stepped: between two trials nothing was measured, so the better one counts until the next is reached. */
function frontDataset({ front, x }: ChartModel, theme: Theme): Dataset {
  return {
    data: [...front],
    showLine: true,
    stepped: x.better === "higher" ? "after" : "before",
    borderColor: theme.front,
    borderWidth: 2,
    pointRadius: 0,
    order: 2,
  };
}

function selectionDataset(points: readonly ChartPoint[], theme: Theme): Dataset {
  return {
    data: [...points],
    pointStyle: "circle",
    pointRadius: RADIUS + 6,
    pointBorderColor: theme.selection,
    pointBorderWidth: 2,
    pointBackgroundColor: "transparent",
    clip: false,
    order: 0,
  };
}

function axis({ title, quantity }: MetricDefinition, values: readonly number[], theme: Theme) {
  return {
    ...axisRange(values),
    title: { display: true, text: title, color: theme.text, font: theme.font },
    ticks: {
      color: theme.text,
      font: theme.font,
      includeBounds: false,
      maxRotation: 0,
      autoSkipPadding: 16,
      callback: (value: number | string, _index: number, ticks: readonly { readonly value: number }[]) =>
        quantity.tick(Number(value), Math.abs((ticks[1]?.value ?? 0) - (ticks[0]?.value ?? 0))),
    },
    grid: { color: theme.grid, drawTicks: false },
    border: { color: theme.grid },
  };
}
