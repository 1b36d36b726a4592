/** esbuild gathers imported styles into dist/webview/panel.css. */
declare module "*.css";
