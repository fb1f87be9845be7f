import type { BrowserContext, Page } from 'playwright-core';
import type { RunningServer } from '../../support/processes.ts';
import type { Person } from './institution.ts';
import { newestCode, smsCode } from './outbox.ts';

/** Neither obvious nor in any number that the tests use. */
export const PASSCODE = '274913';
export const WRONG_PASSCODE = '815264';

export async function openApp(phone: BrowserContext, server: RunningServer): Promise<Page> {
  const app = await phone.newPage();
  await app.goto(`${server.url}/app/`);
  return app;
}

/** From the first screen to the passcode screen, as a learner does it. */
export async function register(app: Page, server: RunningServer, person: Person): Promise<void> {
  const before = await newestCode(server, person.phone);
  await app.getByRole('button', { name: '등록 시작' }).click();
  await fillRegistration(app, person);
  await app.getByRole('heading', { name: '문자로 받은 번호를 입력해 주세요' }).waitFor();
  const code = await smsCode(server, person.phone, before);
  await app.getByRole('textbox', { name: '문자로 받은 6자리 번호' }).fill(code);
  await app.getByRole('button', { name: '등록 완료' }).click();
  await app.getByText('등록을 마쳤습니다. 방금 정한 앱 비밀번호를 입력해 주세요.').waitFor();
}

/** Consents, name, number and passcode, up to the message. */
export async function fillRegistration(app: Page, person: Person): Promise<void> {
  await fillPerson(app, person);
  await app.getByRole('button', { name: '확인 문자 받기' }).click();
}

/** Consents, name, number and passcode. */
export async function fillPerson(app: Page, person: Person): Promise<void> {
  // Its box is drawn by the label, which is what a finger meets.
  await app.getByText('[필수] 개인정보 수집·이용 동의').click();
  await app.getByRole('button', { name: '다음' }).click();
  await app.getByRole('textbox', { name: '이름' }).fill(person.name);
  await app.getByRole('textbox', { name: '휴대폰 번호' }).fill(person.phone);
  await app.getByLabel('앱 비밀번호', { exact: true }).fill(PASSCODE);
  await app.getByLabel('앱 비밀번호 다시 입력', { exact: true }).fill(PASSCODE);
}

export async function enterPasscode(app: Page, passcode: string = PASSCODE): Promise<void> {
  await app.getByLabel('앱 비밀번호', { exact: true }).fill(passcode);
  await app.getByRole('button', { name: '확인', exact: true }).click();
}

const SAID_CODE = /새 인증번호 (\d) (\d) (\d) (\d) (\d) (\d)/;

/** The six digits that the app shows. */
export async function shownCode(app: Page): Promise<string> {
  const said = app.getByRole('status').filter({ hasText: SAID_CODE });
  const digits = SAID_CODE.exec((await said.textContent()) ?? '');
  if (!digits) throw new Error('the app shows no code');
  return digits.slice(1).join('');
}

/** A phone with the app, registered and open at its code. */
export async function registeredApp(
  phone: BrowserContext,
  server: RunningServer,
  person: Person,
): Promise<Page> {
  const app = await openApp(phone, server);
  await register(app, server, person);
  await enterPasscode(app);
  await app.getByRole('timer').waitFor();
  return app;
}
