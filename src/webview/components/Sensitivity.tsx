import { plotSize, type SensitivityModel, type SensitivityPlot } from "../sensitivity.ts";

interface SensitivityProps {
  readonly models: readonly SensitivityModel[];
}

/** What each group of layers means to the model: small charts of one scale, each analysis as a table too. */
export function Sensitivity({ models }: SensitivityProps) {
  if (models.length === 0) return null;
  return (
    <section class="analyses sensitivity" aria-labelledby="sensitivity-title">
      <h2 id="sensitivity-title">Sensitivity</h2>
      {models.map((model) => (
        <Analysis key={model.key} model={model} />
      ))}
    </section>
  );
}

function Analysis({ model }: { readonly model: SensitivityModel }) {
  return (
    <figure>
      <figcaption>
        <strong>{model.title}</strong>
        <span>{model.caption}</span>
      </figcaption>
      <ul class="plots">
        {model.plots.map((plot) => (
          <Plot key={plot.name} plot={plot} whole={model.whole} />
        ))}
      </ul>
      <details>
        <summary>As a table</summary>
        <Table model={model} />
        {model.left.length > 0 && (
          <ul class="left" aria-label="Not measured">
            {model.left.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        )}
      </details>
    </figure>
  );
}

/** One group's line; a dot says its numbers to a pointer. */
function Plot({ plot, whole }: { readonly plot: SensitivityPlot; readonly whole: number }) {
  const { width, height } = plotSize;
  return (
    <li>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={plot.description}>
        <line class="whole" x1={0} x2={width} y1={whole} y2={whole} />
        <polyline points={plot.dots.map(({ x, y }) => `${x},${y}`).join(" ")} />
        {plot.dots.map(({ x, y, title }) => (
          <circle key={title} cx={x} cy={y} r={2.5}>
            <title>{title}</title>
          </circle>
        ))}
      </svg>
      <span class="name" title={plot.name}>
        {plot.name}
      </span>
      <span class="width">{plot.width}</span>
    </li>
  );
}

function Table({ model }: { readonly model: SensitivityModel }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys scroll it
    <section class="scroller" tabIndex={0} aria-label={model.title}>
      <table>
        <thead>
          <tr>
            <th scope="col">Layers</th>
            <th scope="col">Filters</th>
            {model.ratios.map((ratio) => (
              <th scope="col" key={ratio}>
                {ratio}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {model.rows.map(({ name, width, cells }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{width}</td>
              {cells.map((cell, index) => (
                <td key={model.ratios[index]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
