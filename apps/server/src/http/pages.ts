import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { renderSVG } from 'uqr';
import { checkPagePolicy, PAGE_POLICY, PORTONE_POLICY } from './headers.ts';
import type { Server } from './server.ts';

export interface Pages {
  /** The built pages: apps/web/dist. */
  webRoot: string;
  /** The browser half of the SDK, one script. */
  sdkFile: string;
  publicUrl: string;
  appUrl: string;
  /** The origins that may frame the page of this check; undefined when there is no such check. */
  originsOfCheck(token: string): Promise<string[] | undefined>;
}

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/** Everything that a browser loads. What is built and what is not is known at the start. */
export function pageRoutes(server: Server, pages: Pages): void {
  appPage(server, pages);
  checkPage(server, pages);
  identityPages(server, pages);
  const sdk = readFileSync(pages.sdkFile);
  server.get('/sdk.js', { schema: { hide: true } }, async (_request, reply) =>
    reply
      .header('content-type', 'text/javascript; charset=utf-8')
      .header('cross-origin-resource-policy', 'cross-origin')
      .header('cache-control', 'public, max-age=300')
      .send(sdk),
  );
  const qr = renderSVG(`${pages.appUrl}/app/`, { border: 2 });
  server.get('/app-qr.svg', { schema: { hide: true } }, async (_request, reply) =>
    reply.header('content-type', 'image/svg+xml').header('cache-control', 'public, max-age=300').send(qr),
  );
}

function appPage(server: Server, { webRoot }: Pages): void {
  server.register(fastifyStatic, {
    root: join(webRoot, 'assets'),
    prefix: '/assets/',
    maxAge: YEAR_SECONDS * 1000,
    immutable: true,
    index: false,
  });
  const index = readFileSync(join(webRoot, 'app', 'index.html'));
  server.get('/app', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/app/', 308));
  server.get('/app/', { schema: { hide: true } }, async (_request, reply) =>
    html(reply).header('content-security-policy', PAGE_POLICY).send(index),
  );
  for (const name of rootFiles(webRoot)) rootFile(server, webRoot, name);
}

/** Service worker, manifest, icons: what has to lie at the root. */
const rootFiles = (webRoot: string): string[] =>
  readdirSync(webRoot, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

const types: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
  ico: 'image/x-icon',
  webmanifest: 'application/manifest+json',
  txt: 'text/plain; charset=utf-8',
};

function rootFile(server: Server, webRoot: string, name: string): void {
  const type = types[name.slice(name.lastIndexOf('.') + 1)];
  if (type === undefined) return;
  const body = readFileSync(join(webRoot, name));
  server.get(`/${name}`, { schema: { hide: true } }, async (_request, reply) => {
    if (name === 'sw.js') reply.header('service-worker-allowed', '/app/');
    return reply.header('content-type', type).header('cache-control', 'no-cache').send(body);
  });
}

function checkPage(server: Server, { webRoot, originsOfCheck }: Pages): void {
  const index = readFileSync(join(webRoot, 'check', 'index.html'));
  server.get(
    '/check/:token',
    { schema: { hide: true, params: Type.Object({ token: Type.String() }) } },
    async (request, reply) => {
      const origins = await originsOfCheck(request.params.token);
      return html(reply)
        .code(origins ? 200 : 404)
        .header('content-security-policy', checkPagePolicy(origins ?? []))
        .header('cross-origin-opener-policy', 'unsafe-none')
        .send(index);
    },
  );
}

/** The window of an identity check: where it begins, where the provider returns it to, and what loads a script. */
function identityPages(server: Server, { webRoot, publicUrl, appUrl }: Pages): void {
  const served = readFileSync(join(webRoot, 'identity', 'index.html'), 'utf8');
  const index = served.replace('name="motp-app-origin" content=""', () => metaOfApp(appUrl));
  const page = (path: string, body: string | Buffer, policy: string) =>
    server.get(path, { schema: { hide: true } }, async (_request, reply) =>
      html(reply)
        .header('cache-control', 'no-store')
        .header('content-security-policy', policy)
        .header('cross-origin-opener-policy', 'unsafe-none')
        .send(body),
    );
  page('/identity/go', index, PAGE_POLICY);
  page('/identity/return/:attempt', index, PAGE_POLICY);
  // R-4a: where the app has no origin of its own, no page there loads somebody else's script.
  if (new URL(publicUrl).origin === new URL(appUrl).origin) return;
  page('/identity/portone', readFileSync(join(webRoot, 'portone', 'index.html')), PORTONE_POLICY);
}

/** Pages of the app's origin may hand an attempt over, too. */
const metaOfApp = (appUrl: string): string => `name="motp-app-origin" content="${new URL(appUrl).origin}"`;

const html = (reply: FastifyReply): FastifyReply =>
  reply.header('content-type', 'text/html; charset=utf-8').header('cache-control', 'no-cache');

/** The stylesheets of the app’s page: what else is served in its look links them. */
export function stylesheetsOf(webRoot: string): string[] {
  const index = readFileSync(join(webRoot, 'app', 'index.html'), 'utf8');
  return Array.from(index.matchAll(/<link rel="stylesheet"[^>]* href="([^"]+)"/g), ([, href = '']) => href);
}

const BUILT = ['app', 'check', 'identity', 'portone'];
/** Served by drop-in/: pages for today's mOTP load it. */
export const LOADER = 'fdsService/hrdAPI/hrdFrameLoader.js';

/** Says what is missing before anything is served. */
export const missingPages = ({ webRoot, sdkFile }: Pick<Pages, 'webRoot' | 'sdkFile'>): string[] =>
  [...BUILT.map((page) => join(webRoot, page, 'index.html')), join(webRoot, LOADER), sdkFile].filter(
    (file) => !existsSync(file),
  );
