import { createServer } from 'node:http';
import type { Page } from 'playwright-core';

/** A web site of an origin of its own with the SDK in its page. Registered or not is the institution's matter. */
export interface Site {
  origin: string;
  close(): Promise<void>;
}

/** @param motpUrl known only after the server has started, so asked for with every page */
export async function startSite(motpUrl: () => string): Promise<Site> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(page(motpUrl()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port was given');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

// `heard` is all that the page is told, `greeted` how often it has greeted every window and frame it has opened.
const page = (motpUrl: string): string => `<!doctype html>
<html lang="ko"><head><meta charset="utf-8"><title>다른 사이트</title><link rel="icon" href="data:,"></head>
<body><h1>다른 사이트</h1>
<script src="${motpUrl}/sdk.js"></script>
<script>
var heard = [], greeted = 0, outcome = null, targets = [];
addEventListener('message', function (event) { heard.push({ origin: event.origin, data: event.data }); });
function begin(url, options) {
  outcome = 'pending';
  Motp.check(url, options).then(
    function (result) { outcome = { receipt: result.receipt }; },
    function (error) { outcome = { code: error.code }; });
}
function watch(target) { targets.push(target); }
function embed(url) {
  var frame = document.createElement('iframe');
  frame.src = url;
  frame.title = url;
  document.body.append(frame);
  watch(frame.contentWindow);
}
setInterval(function () {
  targets.forEach(function (target) { target.postMessage({ type: 'motp:hello' }, '*'); });
  greeted += 1;
}, 20);
</script></body></html>`;

type Outcome = null | 'pending' | { receipt: string } | { code: string };

export const beginCheck = (site: Page, url: string, options: object = {}): Promise<void> =>
  site.evaluate(`begin(${JSON.stringify(url)}, ${JSON.stringify(options)})`);

export const outcomeOf = (site: Page): Promise<Outcome> => site.evaluate('outcome');

export const heardBy = (site: Page): Promise<{ origin: string; data: unknown }[]> => site.evaluate('heard');

/** Resolves after the page has greeted `times` more. */
export async function greetings(site: Page, times: number): Promise<void> {
  const before = await site.evaluate<number>('greeted');
  await site.waitForFunction(`greeted >= ${before + times}`);
}
