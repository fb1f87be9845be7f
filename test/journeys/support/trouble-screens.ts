import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { en } from '../../../apps/web/src/authenticator/texts-en.ts';
import { ko } from '../../../apps/web/src/authenticator/texts-ko.ts';
import { expectAccessible, withAxe } from './access.ts';
import { fillRegistration, openApp, PASSCODE, registeredApp, shownCode } from './app.ts';
import { openCheckPage, passed, typeCode } from './check-page.ts';
import { endWindow, openWindow } from './identity-window.ts';
import { anybody, type Institution, type Person } from './institution.ts';
import { newestCode, registerPhone, smsCode } from './outbox.ts';
import type { Stage } from './stage.ts';
import { disputeReplacement, lockByWrongCodes, openSettings } from './troubles.ts';

const TEXTS = { ko, en };
type Texts = Readonly<Record<keyof typeof ko, string>>;

/** Looks at a screen of the app in both languages. @param open goes there from where the app opens */
async function look(app: Page, what: string, open: (t: Texts) => Promise<void>): Promise<void> {
  for (const locale of ['ko', 'en'] as const) {
    await app.goto(new URL(`/app/?lang=${locale}`, app.url()).href);
    await open(TEXTS[locale]);
    await expect.poll(() => app.locator('html').getAttribute('lang')).toBe(locale);
    await expectAccessible(app, `${what}, ${locale}`);
  }
}

const click = (app: Page, name: string): Promise<void> =>
  app.getByRole('button', { name, exact: true }).click();

const titled = (app: Page, name: string): Promise<void> => app.getByRole('heading', { name }).waitFor();

async function unlock(app: Page, t: Texts): Promise<void> {
  await app.getByLabel(t['person-passcode'], { exact: true }).fill(PASSCODE);
  await click(app, t['passcode-confirm']);
}

async function newApp(stage: Stage): Promise<Page> {
  const context = await stage.phone();
  await withAxe(context);
  return openApp(context, stage.server);
}

async function newRegisteredApp(stage: Stage, learner: Person): Promise<Page> {
  const context = await stage.phone();
  await withAxe(context);
  return registeredApp(context, stage.server, learner);
}

/** Help, and the ways to register without a message. */
export async function lookAtWaysToRegister(stage: Stage): Promise<void> {
  const app = await newApp(stage);
  await look(app, 'help', async (t) => {
    await click(app, t['help-open']);
    await titled(app, t['help-title']);
    for (const question of await app.locator('summary').all()) await question.click();
    await app.getByText(t['help-impossible-text']).waitFor();
  });

  const before = anybody();
  await registerPhone(stage.server, before);
  const earlier = await newestCode(stage.server, before.phone);
  await app.goto(`${stage.server.url}/app/?lang=ko`);
  await click(app, ko['welcome-start']);
  await fillRegistration(app, { ...before, name: '김영희' });
  await titled(app, ko['proof-title']);
  const code = await smsCode(stage.server, before.phone, earlier);
  await look(app, 'no message', (t) => app.getByText(t['proof-none']).click());
  await app.goto(`${stage.server.url}/app/?lang=ko`);
  await app.getByRole('textbox', { name: ko['proof-code'] }).fill(code);
  await click(app, ko['proof-finish']);
  await titled(app, ko['proof-required-title']);
  await look(app, 'identity required', (t) => titled(app, t['proof-required-title']));
  await lookAtIdentityCheck(app);
}

/** What stands beside the button of an identity check while its window is open, and after it was given up. */
async function lookAtIdentityCheck(app: Page): Promise<void> {
  const window = await openWindow(app, app.getByRole('button', { name: en['identity-phone'] }));
  await look(app, 'identity check under way', (t) => app.getByText(t['identity-waiting']).waitFor());
  await endWindow(window, 'cancelled');
  await app.getByText(en['identity-cancelled']).waitFor();
  await expectAccessible(app, 'identity check cancelled');
}

/** Another number and another name. */
export async function lookAtChanges(stage: Stage): Promise<void> {
  const app = await newRegisteredApp(stage, anybody());
  const change = async (t: Texts, what: 'change-phone' | 'change-name') => {
    await unlock(app, t);
    await click(app, t['code-settings']);
    await click(app, t[what]);
    await titled(app, t[what]);
  };
  await look(app, 'name change', (t) => change(t, 'change-name'));
  await look(app, 'number change', (t) => change(t, 'change-phone'));
  await app.goto(new URL('/app/?lang=ko', app.url()).href);
  await unlock(app, ko);
  await openSettings(app, '휴대폰 번호 변경');
  await app.getByRole('textbox', { name: ko['change-phone-new'] }).fill(anybody().phone);
  await click(app, ko['person-send']);
  await titled(app, ko['proof-title']);
  await look(app, 'message to the new number', async (t) => {
    await app.getByText(t['notice-continue']).waitFor();
    await unlock(app, t);
    await titled(app, t['proof-title']);
  });
}

/** Both reasons of a lock, and the checks that may be disputed. */
export async function lookAtLocks(stage: Stage, institution: Institution): Promise<void> {
  const learner = anybody();
  const app = await newRegisteredApp(stage, learner);
  const check = await openCheckPage(stage, institution, learner);
  await typeCode(check, await shownCode(app));
  await passed(check);
  const history = async (t: Texts) => {
    await unlock(app, t);
    await click(app, t['code-history']);
    await app.getByText(t['history-lead']).waitFor();
  };
  await look(app, 'history', history);
  await look(app, 'dispute', async (t) => {
    await history(t);
    await click(app, t.dispute);
    await app.getByRole('dialog', { name: t['dispute-title'] }).waitFor();
  });
  await click(app, en['dispute-do']);
  await titled(app, en['state-locked-title']);
  const locked = (why: keyof Texts) => async (t: Texts) => {
    await unlock(app, t);
    await app.getByText(t[why]).waitFor();
  };
  await look(app, 'locked, disputed', locked('locked-disputed'));
  await click(app, en['locked-history']);
  await app.getByText(en.disputed).waitFor();
  await expectAccessible(app, 'history, disputed');
}

/** Locked by codes, and replaced by another phone. */
export async function lookAtLockedAndReplaced(stage: Stage, institution: Institution): Promise<void> {
  const learner = anybody();
  const app = await newRegisteredApp(stage, learner);
  const check = await openCheckPage(stage, institution, learner);
  await lockByWrongCodes(check, await shownCode(app));
  await look(app, 'locked, wrong codes', async (t) => {
    await unlock(app, t);
    await app.getByText(t['state-locked-text']).waitFor();
  });
  await registerPhone(stage.server, learner);
  await look(app, 'replaced', async (t) => {
    await titled(app, t['state-replaced-title']);
    await app.getByRole('button', { name: t.dispute }).waitFor();
  });
  await look(app, 'dispute of the other phone', async (t) => {
    await click(app, t.dispute);
    await app.getByRole('dialog', { name: t['replaced-ask-title'] }).waitFor();
  });
  await app.goto(new URL('/app/?lang=ko', app.url()).href);
  await disputeReplacement(app);
  await look(app, 'replaced, disputed', (t) => app.getByText(t['replaced-disputed']).waitFor());
}
