import { metricDefinitions } from "../../pruning/metrics/definitions.ts";

/** What every number means, within reach of who does not hover. */
export function Glossary() {
  return (
    <details class="glossary">
      <summary>What the numbers mean</summary>
      <dl>
        {metricDefinitions.map(({ key, title, quantity, better, definition }) => (
          <div key={key}>
            <dt>
              {title} <span class="unit">{[quantity.unit, `${better} is better`].filter(Boolean).join(", ")}</span>
            </dt>
            <dd id={`define-${key}`}>{definition}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
