// Every run keeps one colour and one shape for life, the same on the chart, in the legend and in the Runs tree.

/**
 * VS Code's chart colours (`charts.blue`, `--vscode-charts-blue` …) in the order runs take them. Orange is left
 * out: it is translucent in the default themes and absent from the high-contrast ones.
 */
export const seriesColours = ["blue", "yellow", "purple", "green", "red"] as const;
export type SeriesColour = (typeof seriesColours)[number];

/** Shapes that stay apart without colour. Four shapes and five colours: twenty runs before a pair returns. */
export const seriesShapes = ["circle", "triangle", "rect", "rectRot"] as const;
export type SeriesShape = (typeof seriesShapes)[number];

const cyclic = <T>(list: readonly [T, ...T[]], index: number): T => list[index % list.length] ?? list[0];

/** The colour of a run, by its `PanelRun.colour`. */
export const colourOf = (index: number): SeriesColour => cyclic(seriesColours, index);

/** The point shape of a run, by its `PanelRun.colour`. */
export const shapeOf = (index: number): SeriesShape => cyclic(seriesShapes, index);
