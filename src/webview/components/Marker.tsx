import { colourOf, type SeriesShape, shapeOf } from "../../protocol/palette.ts";

const outlines: Readonly<Record<SeriesShape | "star", string>> = {
  circle: "M8 3a5 5 0 1 0 0 10 5 5 0 0 0 0-10Z",
  triangle: "M8 2.8 13.4 12H2.6Z",
  rect: "M3.6 3.6h8.8v8.8H3.6Z",
  rectRot: "M8 2.2 13.8 8 8 13.8 2.2 8Z",
  star: "M8 2v12M2 8h12M3.8 3.8l8.4 8.4M12.2 3.8l-8.4 8.4",
};

interface MarkerProps {
  /** The run's `colour`; absent for the neutral marks of the key. */
  readonly series?: number;
  readonly baseline?: boolean;
  /** Empty shapes are trials that another beats. */
  readonly filled?: boolean;
}

/** A point as the chart draws it, for the legend and the table. */
export function Marker({ series, baseline = false, filled = true }: MarkerProps) {
  const colour = series === undefined ? "neutral" : colourOf(series);
  const shape = baseline ? "star" : shapeOf(series ?? 0);
  return (
    <svg class={`marker marker-${colour} ${filled ? "filled" : ""}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={outlines[shape]} />
    </svg>
  );
}
