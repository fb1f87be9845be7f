import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { expectAccessible, withAxe } from './access.ts';
import { enterPasscode, fillRegistration, openApp, WRONG_PASSCODE } from './app.ts';
import { codeField, refused, triesLeft, typeCode, WRONG } from './check-page.ts';
import { anybody, type Institution } from './institution.ts';
import { registerPhone, smsCode } from './outbox.ts';
import type { Stage } from './stage.ts';

/** The check page on a phone, in all its states. */
export async function lookAtCheckPage(stage: Stage, institution: Institution): Promise<void> {
  const learner = anybody();
  const phone = await registerPhone(stage.server, learner);
  const context = await stage.phone();
  await withAxe(context);
  const check = await context.newPage();
  await check.goto((await institution.open(learner)).url);
  await codeField(check).waitFor();
  for (const question of ['처음이신가요?', '자주 묻는 질문']) await check.getByText(question).click();
  await expectAccessible(check, 'open');
  for (let left = 4; left >= 0; left--) {
    await typeCode(check, phone.wrongCode(Date.now(), left));
    if (left === 4) {
      await refused(check, WRONG(4));
      await expectAccessible(check, 'refused');
    } else await triesLeft(check, left);
  }
  await refused(check, '인증번호를 5번 잘못 입력하여 인증이 잠겼습니다.');
  await expectAccessible(check, 'locked');

  await check.getByRole('button', { name: 'English' }).click();
  await check.getByRole('heading', { name: 'Identity check' }).waitFor();
  await check.getByText('The code was wrong five times. Checks are now locked.').waitFor();
  await expect.poll(() => check.locator('html').getAttribute('lang')).toBe('en');
  await expectAccessible(check, 'English');
  await lookAtEnds(check, stage, institution);
}

async function lookAtEnds(check: Page, stage: Stage, institution: Institution): Promise<void> {
  const other = anybody();
  const another = await registerPhone(stage.server, other);
  await check.goto((await institution.open(other, { locale: 'en' })).url);
  await check.getByRole('textbox', { name: 'Code', exact: true }).fill(another.code());
  await check.getByRole('button', { name: 'Confirm' }).click();
  await check.getByRole('heading', { name: 'You are confirmed' }).waitFor();
  await expectAccessible(check, 'passed');
  await check.goto(`${stage.server.url}/check/${'x'.repeat(43)}`);
  await check.getByRole('heading', { name: '본인인증을 찾을 수 없습니다' }).waitFor();
  await expectAccessible(check, 'unknown');
}

/** The app, from its first screen to its last. */
export async function lookAtApp(stage: Stage): Promise<void> {
  const learner = anybody();
  const context = await stage.phone();
  await withAxe(context);
  const app = await openApp(context, stage.server);
  await app.getByRole('button', { name: '등록 시작' }).waitFor();
  await expectAccessible(app, 'welcome');
  await app.getByRole('button', { name: 'English' }).click();
  await app.getByRole('button', { name: 'Start registration' }).waitFor();
  await expect.poll(() => app.locator('html').getAttribute('lang')).toBe('en');
  await expectAccessible(app, 'welcome in English');
  await app.getByRole('button', { name: '한국어' }).click();

  await app.getByRole('button', { name: '등록 시작' }).click();
  await app.getByRole('button', { name: '다음' }).click();
  await app.getByText('이 항목에 동의해야 등록할 수 있습니다.').waitFor();
  await expectAccessible(app, 'consents');
  await fillRegistration(app, { ...learner, phone: '02-123-4567' });
  await app.getByText('010으로 시작하는 휴대폰 번호를 끝까지 입력해 주세요.').waitFor();
  await expectAccessible(app, 'person');
  await app.getByRole('textbox', { name: '휴대폰 번호' }).fill(learner.phone);
  await app.getByRole('button', { name: '확인 문자 받기' }).click();
  await app.getByRole('heading', { name: '문자로 받은 번호를 입력해 주세요' }).waitFor();
  await expectAccessible(app, 'proof');
  await lookBehindPasscode(app, await smsCode(stage.server, learner.phone));
}

async function lookBehindPasscode(app: Page, code: string): Promise<void> {
  await app.getByRole('textbox', { name: '문자로 받은 6자리 번호' }).fill(code);
  await app.getByRole('button', { name: '등록 완료' }).click();
  await enterPasscode(app, WRONG_PASSCODE);
  await app.getByText('비밀번호가 맞지 않습니다. 4번 더 틀리면 등록이 지워집니다.').waitFor();
  await expectAccessible(app, 'passcode');
  await enterPasscode(app);
  await app.getByRole('timer').waitFor();
  await expectAccessible(app, 'code');
  await lookAtTabs(app);
}

async function lookAtTabs(app: Page): Promise<void> {
  await app.getByRole('button', { name: '기록' }).click();
  await app.getByText('아직 인증한 기록이 없습니다.').waitFor();
  await expectAccessible(app, 'history');
  await app.getByRole('button', { name: '이전' }).click();
  await app.getByRole('button', { name: '설정' }).click();
  await app.getByRole('button', { name: '동의 철회' }).waitFor();
  await expectAccessible(app, 'settings');
  await app.getByRole('button', { name: '등록 초기화' }).click();
  await app.getByRole('dialog', { name: '등록 초기화 하시겠습니까?' }).waitFor();
  await expectAccessible(app, 'reset');
}
