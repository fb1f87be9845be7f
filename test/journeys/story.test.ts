import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { enterPasscode, fillRegistration, openApp, registeredApp, shownCode } from './support/app.ts';
import { codeField, passed, refused, typeCode } from './support/check-page.ts';
import { examIsOpen, goTo, goToExam, isOpen, isTold, logIn, openDialog } from './support/lms.ts';
import { logLines, secretsOf, stands } from './support/logs.ts';
import { registerPhone } from './support/outbox.ts';
import { openStage, type Stage, startDemo } from './support/stage.ts';

const HONG = { name: '홍길동', phone: '010-1234-5678' };
const KIM = { name: '김영희', phone: '010-8765-4321' };

describe('the whole story, page by page', () => {
  let stage: Stage;
  /** Everything that must never stand in a log, gathered on the way. */
  const secrets = new Set<string>();
  const noted = (secret: string): string => {
    secrets.add(secret);
    return secret;
  };
  let log = '';
  let usedCode = '';

  beforeAll(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.sweep());
  afterAll(() => stage?.close());

  it('R-1, R-2, T-2, C-2, C-8 and C-10 from the exam that asks, by QR code, app and message, to the exam that opens', async () => {
    const lms = await logIn(await stage.desk(), stage.server, HONG.name);
    await goToExam(lms);
    const check = await openDialog(lms);
    await readsCheckPage(check);

    const phone = await stage.phone();
    const app = await openApp(phone, stage.server);
    noted(await readsAndRegisters(app, stage.server.url));
    await enterPasscode(app);
    await app.getByRole('timer', { name: /^\d+초 뒤에 새 번호로 바뀝니다$/ }).waitFor();
    await app.getByText('홍*동 · 010-****-5678').waitFor();

    usedCode = noted(await shownCode(app));
    const receipt = lms.waitForRequest('**/receipts/**');
    await typeCode(check, usedCode);
    await passed(check);
    await examIsOpen(lms);
    await lms.getByText('서버가 확인한 인증 확인서 (개발자용)').click();
    const claims = JSON.parse((await lms.getByText('"jti"').textContent()) ?? '');
    expect(claims).toMatchObject({
      sub: 'trainee-17',
      method: 'motp',
      amr: ['otp', 'pin', 'mfa'],
      demo: true,
    });
    noted((await receipt).postDataJSON().receipt);
    await isTold(lms, '본인인증을 통과했습니다', '훈련생 trainee-17 · 산업안전보건 · 시험');
    await lms.getByText('모두 1건').waitFor();
    expect(stage.complaints).toEqual([]);
  });

  it('C-2 and C-10 the same as a popup, and as a full page whose return address carries the check’s id alone', async () => {
    const lms = await logIn(await stage.desk(), stage.server, KIM.name);
    await goToExam(lms);
    const first = await registerPhone(stage.server, KIM);
    const opening = lms.waitForEvent('popup');
    await lms.getByRole('button', { name: '팝업' }).click();
    const popup = await opening;
    const closing = popup.waitForEvent('close');
    await codeField(popup).waitFor();
    // Greeted again after it was loaded again.
    await popup.reload();
    await typeCode(popup, noted(first.code()));
    await passed(popup);
    await Promise.all([closing, examIsOpen(lms)]);
    await lms.getByRole('button', { name: '제출하기' }).click();
    await lms.getByRole('link', { name: '강의실로 돌아가기' }).click();

    // A phone of its own again, because a code passes once a minute.
    const second = await registerPhone(stage.server, KIM);
    await goTo(lms, '과제');
    await lms.getByRole('link', { name: '전체 화면' }).click();
    await lms.getByRole('heading', { name: '본인인증' }).waitFor();
    noted(new URL(lms.url()).pathname.split('/')[2] ?? '');
    const returning = lms.waitForRequest(`${stage.server.lmsUrl}/return**`);
    await typeCode(lms, noted(second.code()));
    await passed(lms);
    const { searchParams } = new URL((await returning).url());
    expect([...searchParams.keys()]).toEqual(['motp_check']);
    expect(searchParams.get('motp_check')).toMatch(/^chk_/);
    await isOpen(lms, '과제');
    expect(stage.complaints).toEqual([]);
  });

  it('P-1, C-7 and O-6 a second start keeps its data: the registered phone passes, the used code does not, and no log names anybody', async () => {
    const app = await registeredApp(await stage.phone(), stage.server, KIM);
    await stage.server.stop();
    log += stage.server.log();
    const { folder, port } = stage.server;
    stage.server = await startDemo({ folder, port });

    const desk = await stage.desk();
    const hong = await logIn(desk, stage.server, HONG.name);
    await goTo(hong, '과제');
    await hong.getByRole('link', { name: '전체 화면' }).click();
    await typeCode(hong, usedCode);
    await refused(hong, '이미 사용한 인증번호입니다. 앱에 새 번호가 나올 때까지 기다렸다가 입력해 주세요.');

    await app.reload();
    await enterPasscode(app);
    const kim = await logIn(await stage.desk(), stage.server, KIM.name);
    await goTo(kim, '진행단계평가');
    const check = await openDialog(kim);
    await typeCode(check, await shownCode(app));
    await passed(check);
    await isOpen(kim, '진행단계평가');
    // Its webhook's secret is another one since the start.
    await isTold(kim, '본인인증을 통과했습니다', '훈련생 trainee-18 · 산업안전보건 · 진행단계평가');

    const lines = logLines(log + stage.server.log());
    expect(lines.filter((line) => line.includes('/check/:token/code')).length).toBeGreaterThanOrEqual(5);
    expect(secrets.size).toBe(6);
    const forbidden = [...secretsOf(HONG), ...secretsOf(KIM), ...secrets];
    expect(forbidden.filter((secret) => lines.some((line) => stands(secret, line)))).toEqual([]);
  });
});

async function readsCheckPage(check: ReturnType<Page['frameLocator']>): Promise<void> {
  await check.getByRole('heading', { name: '본인인증' }).waitFor();
  for (const row of ['이름 홍길동', '휴대폰 010-1234-5678', '과정 산업안전보건', '인증 시점 시험']) {
    const [label = '', value = ''] = row.split(/ (?=\S+$)/);
    await check.getByRole('term').filter({ hasText: label }).waitFor();
    await check.getByRole('definition').filter({ hasText: value }).waitFor();
  }
  await check.getByRole('img', { name: 'mOTP 앱 주소 QR코드' }).waitFor();
  await check.getByRole('link', { name: /^localhost:\d+\/app\// }).waitFor();
  await check.getByText('이 이름과 번호로 등록된 앱이 아직 없습니다. 먼저 앱을 등록해 주세요.').waitFor();
  await check.getByText(/localhost가 든 QR코드는 이 컴퓨터에서만 열립니다/).waitFor();
}

async function readOutboxPage(phone: BrowserContext, url: string, to: string) {
  const outbox = await phone.newPage();
  await outbox.goto(`${url}/demo/outbox`);
  const message = outbox.getByRole('listitem').filter({ hasText: to });
  const text = (await message.textContent()) ?? '';
  await outbox.close();
  const [, code = '', reference = ''] = /인증번호 (\d{6}) \((\w{3})\)/.exec(text) ?? [];
  expect(text).toContain('앱 등록용, 남에게 알리지 마세요');
  return { code, reference };
}

/** From the app's first screen to its passcode screen, reading on the way. @returns the SMS code */
async function readsAndRegisters(app: Page, url: string): Promise<string> {
  await app.getByRole('heading', { name: '본인인증 번호를 이 휴대폰에서 확인하세요' }).waitFor();
  await app.getByRole('button', { name: '등록 시작' }).click();
  await app.getByRole('heading', { name: '약관을 읽고 동의해 주세요' }).waitFor();
  await fillRegistration(app, HONG);
  await app.getByText('010-****-5678 번호로 문자를 보냈습니다.').waitFor();
  const reference = await app.getByRole('definition').textContent();
  const sms = await readOutboxPage(app.context(), url, '01012345678');
  expect(sms.reference).toBe(reference);
  await app.getByRole('textbox', { name: '문자로 받은 6자리 번호' }).fill(sms.code);
  await app.getByRole('button', { name: '등록 완료' }).click();
  await app.getByText('등록을 마쳤습니다. 방금 정한 앱 비밀번호를 입력해 주세요.').waitFor();
  return sms.code;
}
