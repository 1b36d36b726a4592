import { type FactorModel, type Histogram, histogramSize } from "../factors.ts";
import { Analyses, AnalysisTable, Plot } from "./Analyses.tsx";

interface FactorsProps {
  readonly models: readonly FactorModel[];
}

/** How factors are spread in each group of layers, while they are trained and after: histograms of one scale, and a table. */
export function Factors({ models }: FactorsProps) {
  return (
    <Analyses
      title="Factors"
      name="factors"
      models={models}
      plots={({ histograms }) => histograms.map((histogram) => <Bars key={histogram.name} histogram={histogram} />)}
      table={({ title, ranges, rows }) => (
        <AnalysisTable title={title} columns={["All", "Zero", ...ranges]} rows={rows} />
      )}
    />
  );
}

/** One group's bars; each says its number to a pointer. */
function Bars({ histogram: { bars, name, description, zeros } }: { readonly histogram: Histogram }) {
  return (
    <Plot size={histogramSize} description={description} name={name} told={zeros}>
      {bars.map((bar) => (
        <rect
          key={bar.title}
          class={bar.isZero ? "zero" : "other"}
          x={bar.x}
          y={histogramSize.height - bar.height}
          width={bar.width}
          height={bar.height}
        >
          <title>{bar.title}</title>
        </rect>
      ))}
    </Plot>
  );
}
