import type { ComponentChildren } from "preact";

/** What an analysis of a model says, whatever it is about. */
export interface Analysis {
  readonly key: string;
  readonly title: string;
  readonly caption: string;
}

interface AnalysesProps<Model extends Analysis> {
  readonly title: string;
  /** Names the section for styles. */
  readonly name: string;
  readonly models: readonly Model[];
  /** A small picture for each group of layers: list items. */
  readonly plots: (model: Model) => ComponentChildren;
  /** The same in numbers, shown when asked for. */
  readonly table: (model: Model) => ComponentChildren;
}

/** Analyses of one kind, each as small pictures of one scale and as a table; nothing where there are none. */
export function Analyses<Model extends Analysis>({ title, name, models, plots, table }: AnalysesProps<Model>) {
  if (models.length === 0) return null;
  return (
    <section class={`analyses ${name}`} aria-labelledby={`${name}-title`}>
      <h2 id={`${name}-title`}>{title}</h2>
      {models.map((model) => (
        <figure key={model.key}>
          <figcaption>
            <strong>{model.title}</strong>
            <span>{model.caption}</span>
          </figcaption>
          <ul class="plots">{plots(model)}</ul>
          <details>
            <summary>As a table</summary>
            {table(model)}
          </details>
        </figure>
      ))}
    </section>
  );
}

interface PlotProps {
  readonly size: { readonly width: number; readonly height: number };
  /** For who does not see it. */
  readonly description: string;
  readonly name: string;
  /** A few words beside the name. */
  readonly told: string;
  /** What is drawn, within the size. */
  readonly children: ComponentChildren;
}

/** The picture of one group of layers. */
export function Plot({ size: { width, height }, description, name, told, children }: PlotProps) {
  return (
    <li>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={description}>
        {children}
      </svg>
      <span class="name" title={name}>
        {name}
      </span>
      <span class="width">{told}</span>
    </li>
  );
}

interface AnalysisTableProps {
  readonly title: string;
  /** Of the columns behind the layers' names; no two alike. */
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly cells: readonly string[] }[];
}

/** The numbers of an analysis, a row a group of layers. */
export function AnalysisTable({ title, columns, rows }: AnalysisTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys scroll it
    <section class="scroller" tabIndex={0} aria-label={title}>
      <table>
        <thead>
          <tr>
            <th scope="col">Layers</th>
            {columns.map((column) => (
              <th scope="col" key={column}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, cells }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {cells.map((cell, index) => (
                <td key={columns[index]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
