/** Rows that Page Up and Page Down pass over. */
const PAGE = 10;

/**
 * Where a key leads within a grid of one header row, rows that take focus, and buttons in both: up and down
 * along rows, left and right along the buttons of a row. Undefined where the key means nothing here.
 */
export function gridTarget(from: HTMLElement, key: string): HTMLElement | undefined {
  const row = from.closest("tr");
  const grid = from.closest("table");
  if (!row || !grid) return undefined;
  const rows = [...grid.querySelectorAll<HTMLElement>("tbody tr")];
  const buttons = [...row.querySelectorAll("button")];
  const inHead = row.closest("thead") !== null;
  const stops: readonly HTMLElement[] = inHead ? buttons : [row, ...buttons];
  const at = stops.indexOf(from);
  const place = rows.indexOf(row);
  const clamped = (index: number) => rows[Math.min(rows.length - 1, Math.max(0, index))];

  switch (key) {
    case "ArrowRight":
      return stops[at + 1];
    case "ArrowLeft":
      return stops[at - 1];
    case "ArrowDown":
      return rows[place + 1];
    case "ArrowUp":
      return place > 0 ? rows[place - 1] : tabStop(grid, inHead);
    case "PageDown":
      return clamped(place + PAGE);
    case "PageUp":
      return inHead ? undefined : clamped(place - PAGE);
    case "Home":
      return inHead ? stops[0] : rows[0];
    case "End":
      return inHead ? stops.at(-1) : rows.at(-1);
    default:
      return undefined;
  }
}

/** The header button that Tab would reach, when coming up from the first row. */
function tabStop(grid: HTMLElement, inHead: boolean): HTMLElement | undefined {
  return inHead ? undefined : (grid.querySelector<HTMLElement>("thead button[tabindex='0']") ?? undefined);
}
