import assert from "node:assert/strict";
import { panelHtml } from "../../../../src/extension/panel/html.ts";

const html = panelHtml({
  nonce: "abc123",
  cspSource: "'self' https://*.vscode-cdn.net",
  scriptUri: "https://files/panel.js?a=1&b=2",
  styleUri: "https://files/panel.css",
});

describe("the page's HTML", () => {
  it("forbids everything but its own script, styles and images", () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
    assert.deepEqual(policy?.split("; "), [
      "default-src 'none'",
      "img-src 'self' https://*.vscode-cdn.net",
      "style-src 'self' https://*.vscode-cdn.net",
      "script-src 'nonce-abc123'",
    ]);
  });

  it("has one script, with the nonce, and nothing inline", () => {
    const scripts = [...html.matchAll(/<script[^>]*>([^<]*)<\/script>/g)];
    assert.deepEqual(
      scripts.map(([tag]) => tag),
      ['<script nonce="abc123" src="https://files/panel.js?a=1&amp;b=2"></script>'],
    );
    assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=/);
  });

  it("escapes what it is given", () => {
    const odd = panelHtml({ nonce: "n", cspSource: "x", scriptUri: 's"><script>', styleUri: "t" });
    assert(odd.includes('src="s&quot;>&lt;script>"'));
  });
});
