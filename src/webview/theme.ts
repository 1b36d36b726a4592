import { useEffect, useState } from "preact/hooks";

/** Colours and fonts for the canvas, which cannot read CSS by itself. */
export interface Theme {
  /** By name of `seriesColours`. */
  readonly series: Readonly<Record<string, string>>;
  readonly background: string;
  readonly text: string;
  readonly grid: string;
  readonly front: string;
  readonly selection: string;
  readonly font: { readonly family: string; readonly size: number };
}

/** The theme as it is now, from the custom properties of styles/theme.css. */
function readTheme(seriesColours: readonly string[]): Theme {
  const probe = document.body.appendChild(document.createElement("span"));
  probe.hidden = true;
  // Asking for a computed colour resolves fallbacks and mixes into what a canvas understands.
  const colour = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const { fontFamily, fontSize } = getComputedStyle(document.body);
  const theme = {
    series: Object.fromEntries(seriesColours.map((name) => [name, colour(`series-${name}`)])),
    background: colour("chart-background"),
    text: colour("chart-text"),
    grid: colour("chart-grid"),
    front: colour("chart-front"),
    selection: colour("chart-selection"),
    font: { family: fontFamily, size: Number.parseFloat(fontSize) },
  };
  probe.remove();
  return theme;
}

/** The theme, read again when VS Code changes it: it rewrites the style of <html> and the class of <body>. */
export function useTheme(seriesColours: readonly string[]): Theme {
  const [theme, setTheme] = useState(() => readTheme(seriesColours));
  useEffect(() => {
    const observer = new MutationObserver(() => setTheme(readTheme(seriesColours)));
    observer.observe(document.documentElement, { attributeFilter: ["style", "class"] });
    observer.observe(document.body, { attributeFilter: ["class"] });
    return () => observer.disconnect();
  }, [seriesColours]);
  return theme;
}
