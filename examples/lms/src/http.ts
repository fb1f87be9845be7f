import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Asset } from './assets.ts';
import type { Html } from './html.ts';
import type { Session } from './sessions.ts';
import type { World } from './world.ts';

const maxBody = 20_000;

/** One request on its way through the site. */
export interface Visit {
  world: World;
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  session: Session | undefined;
}

/** Exactly as it came. @throws when it is too large */
export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBody) throw new Error('The body is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export async function readBody(request: IncomingMessage): Promise<string> {
  return (await readBytes(request)).toString('utf8');
}

export function readCookie(header: string, wanted: string): string | undefined {
  const pairs = header.split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name]) => name === wanted)?.[1];
}

export function setHeaders(visit: Visit): void {
  const { response } = visit;
  writePolicy(visit, "'self'");
  response.setHeader('cross-origin-opener-policy', 'same-origin-allow-popups');
  response.setHeader('referrer-policy', 'same-origin');
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('cache-control', 'no-store');
}

/** For the page whose script asks the mOTP server itself. */
export function allowAsking(visit: Visit): void {
  writePolicy(visit, `'self' ${new URL(visit.world.settings.motpUrl).origin}`);
}

function writePolicy({ world, response }: Visit, connect: string): void {
  const motp = new URL(world.settings.motpUrl).origin;
  const policy = {
    'default-src': "'none'",
    'script-src': `'self' ${motp}`,
    'frame-src': motp,
    'style-src': "'self'",
    'connect-src': connect,
    'img-src': "'self' data:",
    'form-action': "'self'",
    'base-uri': "'none'",
    'font-src': "'self'",
    'frame-ancestors': "'none'",
  };
  const written = Object.entries(policy).map(([name, value]) => `${name} ${value}`);
  response.setHeader('content-security-policy', written.join('; '));
}

export function page(visit: Visit, status: number, content: Html): void {
  reply(visit, status, 'text/html; charset=utf-8', content.text);
}

export function reply({ response }: Visit, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
}

export function sendAsset({ response }: Visit, { type, body }: Asset): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'max-age=3600' });
  response.end(body);
}

export function redirect({ response }: Visit, to: string): void {
  response.writeHead(303, { location: to });
  response.end();
}
