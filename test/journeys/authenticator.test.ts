import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { enterPasscode, openApp, register, registeredApp, shownCode, WRONG_PASSCODE } from './support/app.ts';
import { openCheckPage, passed, refused, typeCode, WRONG } from './support/check-page.ts';
import { anybody, foundInstitution, type Institution, type Person } from './support/institution.ts';
import { poll } from './support/poll.ts';
import { openStage, type Stage } from './support/stage.ts';

describe('the app on the learner’s phone', () => {
  let stage: Stage;
  let institution: Institution;

  beforeAll(async () => {
    stage = await openStage();
    institution = await foundInstitution(stage.server, 'http://127.0.0.1:4999');
  });
  afterEach(() => stage.sweep());
  afterAll(() => stage?.close());

  const openCheck = (learner: Person) => openCheckPage(stage, institution, learner);

  /** Whether the server knows a living registration of this learner. */
  async function isRegistered(learner: Person): Promise<boolean> {
    const { url } = await institution.open(learner);
    const state = await fetch(`${url}/state`);
    return ((await state.json()) as { registered: boolean }).registered;
  }

  const untilEnded = (learner: Person): Promise<true> =>
    poll('the end of the registration', async () => ((await isRegistered(learner)) ? undefined : true));

  it('T-3 once registered the app opens and shows right codes without a network', async () => {
    const learner = anybody();
    const phone = await stage.phone();
    const app = await registeredApp(phone, stage.server, learner);
    await keepsOffline(app);
    await phone.setOffline(true);
    await app.reload();
    expect(await app.evaluate('fetch("/app-api/time").then(() => "online", () => "offline")')).toBe(
      'offline',
    );
    await enterPasscode(app);
    const code = await shownCode(app);
    await app.getByRole('button', { name: '기록' }).click();
    await app.getByText('기록은 인터넷에 연결되어 있을 때 볼 수 있습니다.').waitFor();
    const check = await openCheck(learner);
    await typeCode(check, code);
    await passed(check);
    await phone.setOffline(false);
    await app.getByRole('button', { name: '다시 시도' }).click();
    await app.getByText('산업안전보건').waitFor();
  });

  it('R-5 registering a second phone ends the first, which says so when it is next opened', async () => {
    const learner = anybody();
    const first = await registeredApp(await stage.phone(), stage.server, learner);
    const last = await shownCode(first);
    const second = await registeredApp(await stage.phone(), stage.server, learner);
    const check = await openCheck(learner);
    await typeCode(check, last);
    await refused(check, WRONG(4));
    await typeCode(check, await shownCode(second));
    await passed(check);
    await first.reload();
    await first.getByRole('heading', { name: '다른 휴대폰에서 등록되었습니다' }).waitFor();
    await first.getByText(/이 휴대폰의 등록은 끝났습니다\./).waitFor();
  });

  it('R-7 five wrong passcodes erase the registration; reloading forgets none and two tabs double none', async () => {
    const learner = anybody();
    const phone = await stage.phone();
    const app = await openApp(phone, stage.server);
    await register(app, stage.server, learner);
    await enterPasscode(app, WRONG_PASSCODE);
    await app.getByText('비밀번호가 맞지 않습니다. 4번 더 틀리면 등록이 지워집니다.').waitFor();
    await app.reload();
    await enterPasscode(app, WRONG_PASSCODE);
    await app.getByText('비밀번호가 맞지 않습니다. 3번 더 틀리면 등록이 지워집니다.').waitFor();

    const tab = await openApp(phone, stage.server);
    await answerTogether([app, tab], WRONG_PASSCODE);
    const said = await Promise.all(
      [app, tab].map((page) => page.getByText(/[12]번 더 틀리면/).textContent()),
    );
    expect(said.map((text) => /(\d)번/.exec(text ?? '')?.[1]).sort()).toEqual(['1', '2']);

    await enterPasscode(tab, WRONG_PASSCODE);
    await tab.getByRole('heading', { name: '등록이 지워졌습니다' }).waitFor();
    await tab.reload();
    await tab.getByRole('heading', { name: '등록이 지워졌습니다' }).waitFor();
    await untilEnded(learner);
    await tab.getByRole('button', { name: '다시 등록하기' }).click();
    await tab.getByRole('heading', { name: '약관을 읽고 동의해 주세요' }).waitFor();
  });

  it('R-8 a reset erases at once, also offline, and the server learns it when the phone is online', async () => {
    const learner = anybody();
    const phone = await stage.phone();
    const app = await openApp(phone, stage.server);
    await register(app, stage.server, learner);
    await phone.setOffline(true);
    await reset(app);
    await app.getByText('초기화되었습니다. 인터넷에 연결되면 서버에도 알립니다.').waitFor();
    await app.getByRole('button', { name: '등록 시작' }).waitFor();
    expect(await isRegistered(learner)).toBe(true);
    await phone.setOffline(false);
    await untilEnded(learner);

    await register(app, stage.server, learner);
    expect(await isRegistered(learner)).toBe(true);
    await reset(app);
    await app.getByText('초기화되었습니다.', { exact: true }).waitFor();
    expect(await isRegistered(learner)).toBe(false);
  });

  it('T-2 a new code comes by itself, and it hides after three minutes and in the background', async () => {
    const phone = await stage.phone();
    const app = await phone.newPage();
    await app.clock.install({ time: Date.now() });
    await app.goto(`${stage.server.url}/app/`);
    await register(app, stage.server, anybody());
    await enterPasscode(app);
    await app.getByRole('timer').waitFor();
    await background(app);
    await untilHidden(app);

    await enterPasscode(app);
    const first = await shownCode(app);
    const seconds = Number.parseInt((await app.getByRole('timer').getAttribute('aria-label')) ?? '', 10);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    await app.clock.runFor(60_000);
    await expect.poll(() => shownCode(app)).not.toBe(first);
    await app.clock.runFor(125_000);
    await app.getByText('3분이 지나 인증번호를 숨겼습니다.').waitFor();
    await untilHidden(app);
  });
});

/** The service worker has everything that the app needs to open without a network. */
const keepsOffline = (app: Page): Promise<void> =>
  app.evaluate('navigator.serviceWorker.ready.then(() => undefined)');

/** The passcode is asked for, and nothing of the code is left in the page. */
async function untilHidden(app: Page): Promise<void> {
  await app.getByLabel('앱 비밀번호', { exact: true }).waitFor();
  expect(await app.getByRole('timer').count()).toBe(0);
  expect(await app.locator('body').textContent()).not.toMatch(/\d{3}\s?\d{3}|(\d ){5}\d/);
}

/** In the same millisecond, as near as two tabs can: where one could read what the other has not yet written. */
async function answerTogether(tabs: Page[], passcode: string): Promise<void> {
  const soon = Date.now() + 500;
  const press = `setTimeout(() => document.querySelector('[type=submit]').click(), ${soon} - Date.now())`;
  for (const tab of tabs) await tab.getByLabel('앱 비밀번호', { exact: true }).fill(passcode);
  await Promise.all(tabs.map((tab) => tab.evaluate(press)));
}

async function reset(app: Page): Promise<void> {
  await app.getByRole('button', { name: '등록 초기화' }).click();
  const question = app.getByRole('dialog', { name: '등록 초기화 하시겠습니까?' });
  await question.getByRole('button', { name: '초기화', exact: true }).click();
}

/** As when a learner changes apps: the window of a browser without a screen is always in front, so the page is told. */
const background = (app: Page): Promise<void> =>
  app.evaluate(`
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  `);
