/** What the page's HTML needs from the webview that shows it. */
export interface PanelAssets {
  /** Unguessable, new for every page. */
  readonly nonce: string;
  /** `webview.cspSource`. */
  readonly cspSource: string;
  readonly scriptUri: string;
  readonly styleUri: string;
}

/**
 * The Pareto page's HTML. Its policy allows the one script with the nonce and the extension's own styles and
 * images: nothing inline, nothing from elsewhere, no connections.
 */
export function panelHtml({ nonce, cspSource, scriptUri, styleUri }: PanelAssets): string {
  const policy = [
    "default-src 'none'",
    `img-src ${cspSource}`,
    `style-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="UTF-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
  <link rel="stylesheet" href="${attribute(styleUri)}">
  <title>Pareto chart</title>
</head>
<body>
  <div id="page"></div>
  <script nonce="${attribute(nonce)}" src="${attribute(scriptUri)}"></script>
</body>
</html>`;
}

function attribute(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
