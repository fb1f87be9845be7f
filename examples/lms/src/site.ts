import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Asset, findAsset } from './assets.ts';
import { isRoomName, learners, type RoomName } from './course.ts';
import { askAfterReturn, askAtGate, type Decision, takeReceipt } from './gate.ts';
import type { Html } from './html.ts';
import { coursePage, gatePage, refusedPage, roomPage, submittedPage, welcomePage } from './pages.ts';
import type { Session } from './sessions.ts';
import type { World } from './world.ts';

const cookieName = 'hanbit_session';
const maxBody = 20_000;

interface Visit {
  world: World;
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  session: Session | undefined;
}

export async function handle(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', world.settings.origin);
  const cookie = readCookie(request.headers.cookie ?? '');
  const visit = { world, request, response, url, session: world.sessions.find(cookie) };
  setHeaders(visit);
  try {
    if (request.method === 'GET') return await get(visit);
    if (request.method !== 'POST') return reply(visit, 405, 'text/plain', '405');
    // Another site's form may not act for this learner.
    if (request.headers.origin !== world.settings.origin) return reply(visit, 403, 'text/plain', '403');
    return await post(visit);
  } catch (error) {
    console.error(error);
    if (!response.headersSent)
      reply(visit, 500, 'text/plain; charset=utf-8', '잠시 뒤에 다시 시도해 주세요.');
  }
}

async function get(visit: Visit): Promise<void> {
  const { world, url, session } = visit;
  const asset = findAsset(url.pathname);
  if (asset) return sendAsset(visit, asset);
  if (session === undefined) {
    return url.pathname === '/'
      ? page(visit, 200, welcomePage(world.settings, learners))
      : redirect(visit, '/');
  }
  if (url.pathname === '/') return page(visit, 200, coursePage(world.settings, session));
  if (url.pathname === '/return') return comeBack(visit, session);
  const [, place, name = ''] = url.pathname.split('/');
  if (!isRoomName(name)) return redirect(visit, '/');
  if (place === 'rooms') return enterRoom(visit, session, name);
  if (place === 'gate') return showGate(visit, session, name);
  return redirect(visit, '/');
}

async function post(visit: Visit): Promise<void> {
  const { world, url, session } = visit;
  const body = await readBody(visit.request);
  if (url.pathname === '/login') return logIn(visit, new URLSearchParams(body).get('learner') ?? '');
  if (session === undefined) return redirect(visit, '/');
  if (url.pathname === '/logout') {
    world.sessions.end(session);
    return redirect(visit, '/');
  }
  const [, place, name = ''] = url.pathname.split('/');
  if (!isRoomName(name)) return redirect(visit, '/');
  if (place === 'receipts') return receive(visit, session, name, body);
  if (place !== 'rooms' || !session.open.has(name)) return redirect(visit, `/gate/${name}`);
  // Handed in: another attempt asks again.
  session.open.delete(name);
  return page(visit, 200, submittedPage(world.settings, session, name));
}

function enterRoom(visit: Visit, session: Session, name: RoomName): void {
  const claims = session.open.get(name);
  if (claims === undefined) redirect(visit, `/gate/${name}`);
  else page(visit, 200, roomPage(visit.world.settings, session, name, claims));
}

async function showGate(visit: Visit, session: Session, name: RoomName): Promise<void> {
  if (session.open.has(name)) return redirect(visit, `/rooms/${name}`);
  const decision = await askAtGate(visit.world, session, name);
  if (decision.kind === 'open') return redirect(visit, `/rooms/${name}`);
  const { settings } = visit.world;
  if (decision.kind === 'check') return page(visit, 200, gatePage(settings, session, name, decision));
  page(visit, statusOf(decision), refusedPage(settings, session, name, decision));
}

async function comeBack(visit: Visit, session: Session): Promise<void> {
  const answer = await askAfterReturn(visit.world, session, visit.url.searchParams.get('motp_check') ?? '');
  if (answer === null) return redirect(visit, '/');
  const [name, decision] = answer;
  if (decision.kind === 'open') return redirect(visit, `/rooms/${name}`);
  page(visit, statusOf(decision), refusedPage(visit.world.settings, session, name, decision));
}

async function receive(visit: Visit, session: Session, name: RoomName, body: string): Promise<void> {
  // Another tab of this session was faster: the room is open, and this receipt opens nothing more.
  const decision: Decision = session.open.has(name)
    ? { kind: 'open' }
    : await takeReceipt(visit.world, session, name, readReceipt(body));
  const answer =
    decision.kind === 'open' ? { next: `/rooms/${name}` } : { code: 'code' in decision ? decision.code : '' };
  reply(visit, statusOf(decision), 'application/json', JSON.stringify(answer));
}

function logIn(visit: Visit, id: string): void {
  const learner = learners.find((known) => known.id === id);
  if (learner !== undefined) {
    const { id: secret } = visit.world.sessions.start(learner);
    // Lax: the learner comes back from the check's full page, which is another site.
    visit.response.setHeader('set-cookie', `${cookieName}=${secret}; Path=/; HttpOnly; SameSite=Lax`);
  }
  redirect(visit, '/');
}

const statuses = { open: 200, check: 200, blocked: 403, refused: 403, unavailable: 503 } as const;
const statusOf = (decision: Decision): number => statuses[decision.kind];

function readReceipt(body: string): string {
  try {
    const { receipt } = JSON.parse(body) as { receipt?: unknown };
    return typeof receipt === 'string' ? receipt : '';
  } catch {
    return '';
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBody) throw new Error('The body is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readCookie(header: string): string | undefined {
  const pairs = header.split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name]) => name === cookieName)?.[1];
}

function setHeaders({ world, response }: Visit): void {
  const motp = new URL(world.settings.motpUrl).origin;
  const policy = {
    'default-src': "'none'",
    'script-src': `'self' ${motp}`,
    'frame-src': motp,
    'style-src': "'self'",
    'connect-src': "'self'",
    'img-src': "'self' data:",
    'form-action': "'self'",
    'base-uri': "'none'",
    'font-src': "'self'",
    'frame-ancestors': "'none'",
  };
  const written = Object.entries(policy).map(([name, value]) => `${name} ${value}`);
  response.setHeader('content-security-policy', written.join('; '));
  response.setHeader('cross-origin-opener-policy', 'same-origin-allow-popups');
  response.setHeader('referrer-policy', 'same-origin');
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('cache-control', 'no-store');
}

function page(visit: Visit, status: number, content: Html): void {
  reply(visit, status, 'text/html; charset=utf-8', content.text);
}

function reply({ response }: Visit, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
}

function sendAsset({ response }: Visit, { type, body }: Asset): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'max-age=3600' });
  response.end(body);
}

function redirect({ response }: Visit, to: string): void {
  response.writeHead(303, { location: to });
  response.end();
}
