import { plotSize, type SensitivityModel, type SensitivityPlot } from "../sensitivity.ts";
import { Analyses, AnalysisTable, Plot } from "./Analyses.tsx";

interface SensitivityProps {
  readonly models: readonly SensitivityModel[];
}

/** What each group of layers means to the model: small charts of one scale, each analysis as a table too. */
export function Sensitivity({ models }: SensitivityProps) {
  return (
    <Analyses
      title="Sensitivity"
      name="sensitivity"
      models={models}
      plots={({ plots, whole }) => plots.map((plot) => <Line key={plot.name} plot={plot} whole={whole} />)}
      table={(model) => <Numbers model={model} />}
    />
  );
}

/** One group's line; a dot says its numbers to a pointer. */
function Line({
  plot: { dots, name, description, width },
  whole,
}: {
  readonly plot: SensitivityPlot;
  readonly whole: number;
}) {
  return (
    <Plot size={plotSize} description={description} name={name} told={width}>
      <line class="whole" x1={0} x2={plotSize.width} y1={whole} y2={whole} />
      <polyline points={dots.map(({ x, y }) => `${x},${y}`).join(" ")} />
      {dots.map(({ x, y, title }) => (
        <circle key={title} cx={x} cy={y} r={2.5}>
          <title>{title}</title>
        </circle>
      ))}
    </Plot>
  );
}

/** The numbers, and what was not measured. */
function Numbers({ model: { title, ratios, rows, left } }: { readonly model: SensitivityModel }) {
  return (
    <>
      <AnalysisTable
        title={title}
        columns={["Filters", ...ratios]}
        rows={rows.map(({ name, width, cells }) => ({ name, cells: [width, ...cells] }))}
      />
      {left.length > 0 && (
        <ul class="left" aria-label="Not measured">
          {left.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
    </>
  );
}
