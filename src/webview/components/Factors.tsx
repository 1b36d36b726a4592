import { type FactorModel, type Histogram, histogramSize } from "../factors.ts";

interface FactorsProps {
  readonly models: readonly FactorModel[];
}

/** How factors are spread in each group of layers, while they are trained and after: histograms of one scale, and a table. */
export function Factors({ models }: FactorsProps) {
  if (models.length === 0) return null;
  return (
    <section class="analyses factors" aria-labelledby="factors-title">
      <h2 id="factors-title">Factors</h2>
      {models.map((model) => (
        <Spread key={model.key} model={model} />
      ))}
    </section>
  );
}

function Spread({ model }: { readonly model: FactorModel }) {
  return (
    <figure>
      <figcaption>
        <strong>{model.title}</strong>
        <span>{model.caption}</span>
      </figcaption>
      <ul class="plots">
        {model.histograms.map((histogram) => (
          <Bars key={histogram.name} histogram={histogram} />
        ))}
      </ul>
      <details>
        <summary>As a table</summary>
        <Table model={model} />
      </details>
    </figure>
  );
}

/** One group's bars; each says its number to a pointer. */
function Bars({ histogram }: { readonly histogram: Histogram }) {
  const { width, height } = histogramSize;
  return (
    <li>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={histogram.description}>
        {histogram.bars.map((bar) => (
          <rect
            key={bar.title}
            class={bar.isZero ? "zero" : "other"}
            x={bar.x}
            y={height - bar.height}
            width={bar.width}
            height={bar.height}
          >
            <title>{bar.title}</title>
          </rect>
        ))}
      </svg>
      <span class="name" title={histogram.name}>
        {histogram.name}
      </span>
      <span class="width">{histogram.zeros}</span>
    </li>
  );
}

function Table({ model }: { readonly model: FactorModel }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys scroll it
    <section class="scroller" tabIndex={0} aria-label={model.title}>
      <table>
        <thead>
          <tr>
            <th scope="col">Layers</th>
            {["All", "Zero", ...model.ranges].map((title) => (
              <th scope="col" key={title}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {model.rows.map(({ name, cells }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {cells.map((cell, index) => (
                <td key={model.ranges[index - 2] ?? index}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
