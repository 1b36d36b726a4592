import { Marker } from "./Marker.tsx";

/** What the shapes on the chart mean, beside the runs' own. */
export function Key({ front }: { readonly front: boolean }) {
  return (
    <ul class="key">
      {front && (
        <>
          <li>
            <svg class="step" viewBox="0 0 24 16" aria-hidden="true">
              <path d="M1 4h11v8h11" />
            </svg>
            Pareto front
          </li>
          <li>
            <Marker /> on the front
          </li>
          <li>
            <Marker filled={false} /> beaten by another trial
          </li>
        </>
      )}
      <li>
        <Marker baseline /> unpruned
      </li>
    </ul>
  );
}
