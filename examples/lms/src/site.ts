import type { IncomingMessage, ServerResponse } from 'node:http';
import { findAsset } from './assets.ts';
import { codePage } from './code-page.ts';
import { coursePage, coursesPage, welcomePage } from './course-pages.ts';
import { answerDropIn, showDropIn } from './drop-in-visits.ts';
import { eventsPage } from './events-page.ts';
import {
  page,
  readBody,
  readBytes,
  readCookie,
  redirect,
  reply,
  sendAsset,
  setHeaders,
  type Visit,
} from './http.ts';
import { learners } from './learners.ts';
import type { Session } from './sessions.ts';
import { findCourse, findStep } from './steps.ts';
import { comeBackHere, leaveStep, readerOf, receive, showGate, showStep, standingIn } from './study.ts';
import { hearWebhook } from './webhook.ts';
import type { World } from './world.ts';

const cookieName = 'hanbit_session';
/** Known to the mOTP server, which posts here what happened. */
const webhookPath = '/motp-webhook';

export async function handle(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', world.settings.origin);
  const cookie = readCookie(request.headers.cookie ?? '', cookieName);
  const visit = { world, request, response, url, session: world.sessions.find(cookie, world.now()) };
  setHeaders(visit);
  try {
    if (request.method === 'GET') return await get(visit);
    if (request.method !== 'POST') return reply(visit, 405, 'text/plain', '405');
    if (url.pathname === webhookPath) return await hear(visit);
    // Another site's form may not act for this learner.
    if (request.headers.origin !== world.settings.origin) return reply(visit, 403, 'text/plain', '403');
    return await post(visit);
  } catch (error) {
    console.error(error);
    if (!response.headersSent)
      reply(visit, 500, 'text/plain; charset=utf-8', '잠시 뒤에 다시 시도해 주세요.');
  }
}

/** From a server, not from a page: its signature stands in the place of the origin. */
async function hear({ world, request, response }: Visit): Promise<void> {
  const status = await hearWebhook(world, request.headers, await readBytes(request));
  response.writeHead(status).end();
}

async function get(visit: Visit): Promise<void> {
  const { world, url, session } = visit;
  const asset = findAsset(url.pathname);
  if (asset) return sendAsset(visit, asset);
  const reader = readerOf(visit);
  if (url.pathname === '/code') return page(visit, 200, codePage(reader));
  if (url.pathname === '/events') return page(visit, 200, eventsPage(reader, world.events));
  if (url.pathname === '/drop-in') return showDropIn(visit);
  if (session === undefined) {
    return url.pathname === '/' ? page(visit, 200, welcomePage(reader, learners)) : redirect(visit, '/');
  }
  if (url.pathname === '/') {
    const progressOf = world.progress.of.bind(world.progress, session.learner);
    return page(visit, 200, coursesPage(reader, progressOf));
  }
  if (url.pathname === '/return') return comeBackHere(visit, session);
  return getBelow(visit, session);
}

async function getBelow(visit: Visit, session: Session): Promise<void> {
  const [place, rest] = placeIn(visit.url);
  const course = place === 'courses' ? findCourse(rest) : undefined;
  if (course !== undefined) {
    return page(visit, 200, coursePage(readerOf(visit), await standingIn(visit, session, course)));
  }
  const step = findStep(rest);
  if (step !== undefined && place === 'study') return showStep(visit, session, step);
  if (step !== undefined && place === 'gate') return showGate(visit, session, step);
  return redirect(visit, '/');
}

async function post(visit: Visit): Promise<void> {
  const { world, url, session } = visit;
  const body = await readBody(visit.request);
  if (url.pathname === '/login') return logIn(visit, new URLSearchParams(body).get('learner') ?? '');
  const [place, rest] = placeIn(url);
  if (place === 'drop-in') return answerDropIn(visit, rest, body);
  if (session === undefined) return redirect(visit, '/');
  if (url.pathname === '/logout') {
    world.sessions.end(session);
    return redirect(visit, '/');
  }
  const step = findStep(rest);
  if (step !== undefined && place === 'receipts') return receive(visit, session, step, body);
  if (step !== undefined && place === 'study') return leaveStep(visit, session, step);
  return redirect(visit, '/');
}

/** `/study/safety-101/exam/1` → `study`, `safety-101/exam/1` */
function placeIn({ pathname }: URL): [string, string] {
  const [, place = '', ...rest] = pathname.split('/');
  return [place, rest.join('/')];
}

function logIn(visit: Visit, id: string): void {
  const learner = learners.find((known) => known.id === id);
  if (learner !== undefined) {
    const { id: secret } = visit.world.sessions.start(learner, visit.world.now());
    // Lax: the learner comes back from the check's full page, which is another site.
    visit.response.setHeader('set-cookie', `${cookieName}=${secret}; Path=/; HttpOnly; SameSite=Lax`);
  }
  redirect(visit, '/');
}
