import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { enterPasscode, fillRegistration, register, registeredApp, shownCode } from './support/app.ts';
import { openCheckPage, passed, refused, triesLeft, typeCode } from './support/check-page.ts';
import { certifyByPhone, openWindow } from './support/identity-window.ts';
import { anybody, foundInstitution, type Institution, type Person } from './support/institution.ts';
import { newestCode, smsCode } from './support/outbox.ts';
import { openStage, type Stage } from './support/stage.ts';
import {
  certifyInApp,
  disputeReplacement,
  findsLocked,
  LOCKED,
  lockByWrongCodes,
  openSettings,
  otherThan,
  resetApp,
  USED,
} from './support/troubles.ts';

const NOT_REGISTERED = '이 휴대폰 번호로 등록된 mOTP 앱이 없습니다. 앱을 먼저 등록해 주세요.';
const NAME_DIFFERS = '앱에 등록된 이름이 훈련기관의 이름과 다릅니다.';
const PHONE_DIFFERS = '앱에 등록된 휴대폰 번호가 훈련기관의 번호와 다릅니다.';
const DISPUTED = '본인이 하지 않은 인증이나 등록이 있다고 신고되어 잠겼습니다. 훈련기관에도 알렸습니다.';
const WRONG_CODES = '인증번호를 5번 틀려 본인인증이 잠겼습니다.';
const NOT_THAT_NAME =
  '본인인증한 이름이 등록 정보의 이름과 다릅니다. 이름을 확인하거나 본인의 휴대폰으로 다시 인증해 주세요.';

describe('troubles that a learner gets out of alone', () => {
  let stage: Stage;
  let institution: Institution;

  beforeAll(async () => {
    stage = await openStage();
    institution = await foundInstitution(stage.server, 'http://127.0.0.1:4999');
  });
  afterEach(() => stage.sweep());
  afterAll(() => stage?.close());

  const openCheck = (learner: Person, id?: string) =>
    openCheckPage(stage, institution, learner, id === undefined ? {} : { learner: { id, ...learner } });

  it.each(['phone', 'desk'] as const)(
    'R-8 and R-7 a forgotten passcode: help, reset and registering again, on the %s',
    async (place) => {
      const learner = anybody();
      const app = await registeredApp(await stage[place](), stage.server, learner);
      const check = await openCheck(learner);
      await app.reload();
      await app.getByText('앱 비밀번호를 잊었다면 등록을 초기화하고 다시 등록해 주세요.').waitFor();
      await app.getByRole('button', { name: '도움말' }).click();
      await app.getByText('앱 비밀번호를 잊었어요').click();
      await app.getByText(/비밀번호 화면에서 ‘등록 초기화’를 누르고/).waitFor();
      await app.getByRole('button', { name: '이전' }).click();
      await resetApp(app);
      await app.getByText('초기화되었습니다.', { exact: true }).waitFor();
      await register(app, stage.server, learner);
      await enterPasscode(app);
      await typeCode(check, await shownCode(app));
      await passed(check);
      expect(stage.complaints).toEqual([]);
    },
  );

  it('R-6 and R-5 a second phone that its owner did not register is locked, and unlocked by whoever is certified', async () => {
    const learner = anybody();
    const first = await registeredApp(await stage.phone(), stage.server, learner);
    const second = await registeredApp(await stage.phone(), stage.server, learner);
    await disputeReplacement(first);
    await first.reload();
    await first.getByText(/^신고했습니다\./).waitFor();

    await findsLocked(second, DISPUTED);
    expect(await second.getByRole('button', { name: '초기화하고 다시 등록' }).count()).toBe(0);
    const check = await openCheck(learner);
    await refused(check, LOCKED);
    await check.getByText(/이 번호의 mOTP 앱이 다른 휴대폰으로 옮겨졌습니다\./).waitFor();
    await certifyInApp(second, stage.server, { ...learner, name: '김영희' });
    await second.getByText(NOT_THAT_NAME).waitFor();
    await certifyInApp(second, stage.server, learner);
    await second.getByText('잠금이 풀렸습니다.').waitFor();
    await typeCode(check, await shownCode(second));
    await passed(check);
  });

  it('R-5 and R-2a while it is disputed a message alone registers nobody, a certified identity check does', async () => {
    const learner = anybody();
    const first = await registeredApp(await stage.phone(), stage.server, learner);
    const second = await registeredApp(await stage.phone(), stage.server, learner);
    await disputeReplacement(first);
    const before = await newestCode(stage.server, learner.phone);
    await first.getByRole('button', { name: '다시 등록하기' }).click();
    await fillRegistration(first, learner);
    const code = await smsCode(stage.server, learner.phone, before);
    await first.getByRole('textbox', { name: '문자로 받은 6자리 번호' }).fill(code);
    await first.getByRole('button', { name: '등록 완료' }).click();
    await first.getByRole('heading', { name: '본인인증으로 확인해야 합니다' }).waitFor();
    await first.getByText(/신고로 잠겨 있어, 홍\*동 님의 번호가 맞는지/).waitFor();
    await certifyInApp(first, stage.server, learner);
    await first.getByText('등록을 마쳤습니다. 방금 정한 앱 비밀번호를 입력해 주세요.').waitFor();
    await enterPasscode(first);
    const check = await openCheck(learner);
    await typeCode(check, await shownCode(first));
    await passed(check);
    await second.reload();
    await second.getByRole('heading', { name: '다른 휴대폰에서 등록되었습니다' }).waitFor();
  });

  it('R-6 an app whose storage is gone notices it and leads to registering', async () => {
    const learner = anybody();
    const phone = await stage.phone();
    const app = await registeredApp(phone, stage.server, learner);
    await loseStorage(app, stage.server.url);
    await app.getByRole('heading', { name: '저장된 등록이 없어졌습니다' }).waitFor();
    await app.getByText(/같은 휴대폰 번호로 다시 등록하면 쓸 수 있습니다\.$/).waitFor();
    await app.getByRole('button', { name: '다시 등록하기' }).click();
    await app.getByRole('button', { name: '이전' }).click();
    await register(app, stage.server, learner);
    await enterPasscode(app);
    const check = await openCheck(learner);
    await typeCode(check, await shownCode(app));
    await passed(check);
  });

  it('R-9 number and name are changed in the app, and the same app passes under them alone', async () => {
    const before = anybody();
    const moved = { ...before, phone: anybody().phone };
    const after = { ...moved, name: '홍길순' };
    const app = await registeredApp(await stage.phone(), stage.server, before);
    await changePhone(app, moved.phone);
    await app.getByText(`홍*동 · 010-****-${moved.phone.slice(-4)}`).waitFor();
    await openSettings(app, '이름 변경');
    await certifyInApp(app, stage.server, after);
    await app.getByText('이름을 바꿨습니다. 훈련기관에 등록된 이름도 바꿔 주세요.').waitFor();
    await app.getByText(`홍*순 · 010-****-${moved.phone.slice(-4)}`).waitFor();

    const code = await shownCode(app);
    const id = 'trainee-of-two-numbers';
    const old = await openCheck(before, id);
    await typeCode(old, code);
    await refused(old, NOT_REGISTERED);
    const half = await openCheck(moved, id);
    await typeCode(half, code);
    await refused(half, NAME_DIFFERS);
    await half.getByText('홍*순').waitFor();
    const check = await openCheck(after, id);
    await typeCode(check, code);
    await passed(check);
    const late = await openCheck(before, id);
    await typeCode(late, code);
    await refused(late, PHONE_DIFFERS);
  });

  it('R-9 the history stays with the app whose number is changed', async () => {
    const before = anybody();
    const after = { ...before, phone: anybody().phone };
    const app = await registeredApp(await stage.desk(), stage.server, before);
    const code = await shownCode(app);
    const check = await openCheck(before);
    await typeCode(check, code);
    await passed(check);
    await changePhone(app, after.phone);
    await app.getByRole('button', { name: '기록' }).click();
    await app.getByRole('listitem').filter({ hasText: '산업안전보건' }).waitFor();
    const next = await openCheck(after);
    await typeCode(next, code);
    await refused(next, USED);
  });

  it('R-5 a check that stands in the history and was not made by its owner is reported, and that locks', async () => {
    const learner = anybody();
    const app = await registeredApp(await stage.phone(), stage.server, learner);
    const check = await openCheck(learner);
    const code = await shownCode(app);
    await typeCode(check, code);
    await passed(check);

    await app.getByRole('button', { name: '기록' }).click();
    const made = app.getByRole('listitem').filter({ hasText: '산업안전보건' });
    await made.getByText('한빛 훈련원 · 시험 · mOTP', { exact: true }).waitFor();
    const at = Date.parse((await made.locator('time').getAttribute('datetime')) ?? '');
    expect(Math.abs(Date.now() - at)).toBeLessThan(60_000);
    await made.getByRole('button', { name: '본인이 아닙니다' }).click();
    const question = app.getByRole('dialog', { name: '본인이 하지 않은 인증인가요?' });
    await question.getByText(/훈련기관\(한빛 훈련원\)에 알립니다\./).waitFor();
    await question.getByRole('button', { name: '신고하고 잠그기' }).click();
    await app.getByText(DISPUTED, { exact: true }).waitFor();
    await app.getByRole('button', { name: '인증 기록 보기' }).click();
    await made.getByText('본인이 아니라고 신고한 인증입니다.').waitFor();
    expect(await made.getByRole('button').count()).toBe(0);
    await app.getByRole('button', { name: '이전' }).click();

    const next = await openCheck(learner);
    await refused(next, LOCKED);
    await certifyInApp(app, stage.server, learner);
    await app.getByText('잠금이 풀렸습니다.').waitFor();
    await next.reload();
    await triesLeft(next, 5);
    await typeCode(next, code);
    await refused(next, USED);
  });

  it('C-5 five wrong codes: the app is unlocked by 휴대폰, though the phone closed it meanwhile', async () => {
    const learner = anybody();
    const app = await registeredApp(await stage.phone(), stage.server, learner);
    const check = await openCheck(learner);
    await lockByWrongCodes(check, await shownCode(app));
    await findsLocked(app, WRONG_CODES);
    await app.getByRole('button', { name: '초기화하고 다시 등록' }).waitFor();
    const window = await openWindow(app, app.getByRole('button', { name: '휴대폰 본인인증으로 확인' }));
    await app.reload();
    await app.getByText('하던 일을 이어서 하려면 앱 비밀번호를 입력해 주세요.').waitFor();
    await enterPasscode(app);
    await app.getByText('새 창에서 본인인증을 마쳐 주세요. 마치면 이 화면이 바뀝니다.').waitFor();
    await certifyByPhone(window, stage.server, learner);
    await app.getByText('잠금이 풀렸습니다.').waitFor();
    await typeCode(check, await shownCode(app));
    await passed(check);
  });

  /** From the code to the code: another number, its message, a wrong code and the right one. */
  async function changePhone(app: Page, phone: string): Promise<void> {
    await openSettings(app, '휴대폰 번호 변경');
    await app.getByRole('textbox', { name: '새 휴대폰 번호' }).fill(phone);
    await app.getByRole('button', { name: '확인 문자 받기' }).click();
    const code = await smsCode(stage.server, phone);
    const field = app.getByRole('textbox', { name: '문자로 받은 6자리 번호' });
    await field.fill(otherThan(code));
    await app.getByRole('button', { name: '번호 변경', exact: true }).click();
    await app.getByText('번호가 맞지 않습니다. 4번 더 입력할 수 있습니다.').waitFor();
    await field.fill(code);
    await app.getByRole('button', { name: '번호 변경', exact: true }).click();
    await app.getByText('휴대폰 번호를 바꿨습니다. 훈련기관에 등록된 번호도 바꿔 주세요.').waitFor();
  }
});

/** As when a browser makes room: the databases of the app are gone. It is opened again afterwards. */
async function loseStorage(app: Page, url: string): Promise<void> {
  await app.goto(`${url}/demo/outbox`);
  await app.evaluate(`new Promise((resolve, reject) => {
    const deleting = indexedDB.deleteDatabase('motp');
    deleting.onsuccess = () => resolve();
    deleting.onerror = () => reject(deleting.error);
  })`);
  await app.goto(`${url}/app/`);
}
