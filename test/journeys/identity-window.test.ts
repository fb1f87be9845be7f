import type { BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { focused, tabTo } from './support/access.ts';
import { openCheckPage } from './support/check-page.ts';
import { lookAtStrangers, lookAtWindow } from './support/identity-screens.ts';
import { atProvider, atStep, certifyByPhone, openWindow, windowSays } from './support/identity-window.ts';
import { anybody, foundInstitution, type Institution } from './support/institution.ts';
import { greetings, heardBy, type Site, startSite } from './support/site.ts';
import { openStage, type Stage } from './support/stage.ts';
import { way } from './support/ways-out.ts';

const STRANGER = '이 화면에서 시작한 본인확인이 아닙니다';

describe('the window of an identity check', () => {
  let stage: Stage;
  let institution: Institution;
  let stranger: Site;

  beforeAll(async () => {
    stage = await openStage();
    stranger = await startSite(() => stage.server.url);
    institution = await foundInstitution(stage.server, 'http://127.0.0.1:4999');
  });
  afterEach(() => stage.sweep());
  afterAll(async () => {
    await stage?.close();
    await stranger?.close();
  });

  it('C-6 a link that somebody else started passes nothing where it is followed, and nothing is sent there', async () => {
    const learner = anybody();
    const { url, id } = await institution.open(learner);
    const starter = await (await stage.desk()).newPage();
    await starter.goto(url);
    const started = await openWindow(starter, way(starter));

    const context = await stage.phone();
    const sent = returnsSent(context);
    const follower = await context.newPage();
    await follower.goto(started.url());
    await atProvider(follower);
    await certifyByPhone(follower, stage.server, learner);
    await windowSays(follower, STRANGER);
    await follower.getByText(/아무것도 처리하지 않았습니다\./).waitFor();
    const address = follower.url();
    expect(new URL(address).pathname).toMatch(/^\/identity\/return\/idt_[\w-]+$/);
    expect(new URL(address).search).toBe('');

    // The return address itself, with whatever its sender appended.
    await follower.goto(`${address}?result=ok`);
    await windowSays(follower, STRANGER);
    await follower.goto(`${stage.server.url}/identity/go`);
    await windowSays(follower, '인증 화면에서 시작해 주세요');
    expect(sent).toEqual([]);
    expect((await institution.check(id)).status).toBe('open');
    await starter.getByRole('heading', { name: '휴대폰 본인인증을 진행하고 있습니다' }).waitFor();
  });

  it('C-6 a page of another origin that opens the window can hand nothing over and hears nothing', async () => {
    const { url, id } = await institution.open(anybody());
    const thief = await (await stage.desk()).newPage();
    const beginning = await fetch(`${url}/identity`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ method: 'phone' }),
    });
    const attempt = (await beginning.json()) as { attempt: string; secret: string; url: string };

    await thief.context().clock.install();
    await thief.goto(stranger.origin);
    const sent = returnsSent(thief.context());
    const opening = thief.waitForEvent('popup');
    await thief.evaluate(`self.opened = open(${JSON.stringify(`${stage.server.url}/identity/go`)})`);
    const window = await opening;
    await windowSays(window, '본인확인 창을 여는 중입니다');
    const start = JSON.stringify({ motp: 'identity-start', ...attempt });
    await thief.evaluate(`setInterval(() => opened.postMessage(${start}, '*'), 20)`);
    await greetings(thief, 5);
    await thief.context().clock.fastForward(11_000);
    await windowSays(window, '본인확인을 시작하지 못했습니다');
    expect(new URL(window.url()).pathname).toBe('/identity/go');
    expect(await window.evaluate('sessionStorage.length')).toBe(0);
    expect(await heardBy(thief)).toEqual([]);
    expect(sent).toEqual([]);
    expect((await institution.check(id)).status).toBe('open');
  });

  it('C-2 and C-6 휴대폰 is begun and gone through by keyboard alone', async () => {
    const learner = anybody();
    const check = await openCheckPage(stage, institution, learner);
    await tabTo(check, 'button 휴대폰 본인인증');
    const opening = check.waitForEvent('popup');
    await check.keyboard.press('Enter');
    const window = await opening;
    await check.getByRole('heading', { name: '휴대폰 본인인증을 진행하고 있습니다' }).waitFor();
    expect(await focused(check)).toBe('h2 휴대폰 본인인증을 진행하고 있습니다');
    await atStep(window, '이용하는 통신사를 선택해 주세요');
    await tabTo(window, 'input SKT');
    await window.keyboard.press('Space');
    await tabTo(window, 'input 본인인증 이용에 모두 동의합니다');
    await window.keyboard.press('Space');
    await tabTo(window, 'button 다음');
    await window.keyboard.press('Enter');
    await atStep(window, '본인 정보를 입력해 주세요');
  });

  it.each(['ko', 'en'] as const)(
    'C-2 and C-6 the page, the window and its way back hold against axe-core and at 320 px: %s',
    async (locale) => {
      await lookAtWindow(stage, institution, locale);
      await lookAtStrangers(stage, locale);
    },
  );
});

/** Fills up with every result that a page of this browser sends for completion. */
function returnsSent(context: BrowserContext): string[] {
  const sent: string[] = [];
  context.on('request', (request) => {
    if (request.method() === 'POST' && request.url().includes('/identity/return/')) sent.push(request.url());
  });
  return sent;
}
