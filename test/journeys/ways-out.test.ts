import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { codeField, passed, refused, triesLeft, typeCode } from './support/check-page.ts';
import {
  certifyByIpin,
  certifyByPhone,
  endWindow,
  openWindow,
  windowSays,
} from './support/identity-window.ts';
import { anybody, foundInstitution, type Institution, type Person } from './support/institution.ts';
import { type Evaluation, goTo, isOpen, logIn, receiptClaims } from './support/lms.ts';
import { logLines, secretsOf, stands } from './support/logs.ts';
import { registerPhone } from './support/outbox.ts';
import { openStage, type Stage } from './support/stage.ts';
import { askedInDialog, fits, goInThisTab, keepingWindows, lock, news, way } from './support/ways-out.ts';

const HOURS = 60 * 60_000;
const BORN = { typed: '19900131', known: '1990-01-31' };

const LOCKED =
  '인증이 잠겨 있습니다. 인증번호를 여러 번 잘못 입력했거나, 본인이 등록한 앱이 아니라는 신고가 있었습니다.';
const NOT_YET = '아직 인증되지 않았으니 다시 시작하거나 다른 방법으로 인증해 주세요.';
const DIFFERS = {
  name: /^본인확인은 되었으나 한빛 훈련원에 등록된 이름과 다릅니다\. 본인 명의로 다시 확인해 주세요\./,
  phone:
    /^본인확인은 되었으나 한빛 훈련원에 등록된 휴대폰 번호와 다릅니다\. 등록된 번호의 휴대폰으로 다시 확인해 주세요\./,
};

describe('the ways out of the check page', () => {
  let stage: Stage;
  let institution: Institution;

  beforeAll(async () => {
    stage = await openStage();
    institution = await foundInstitution(stage.server, 'http://127.0.0.1:4999');
  });
  afterEach(() => stage.sweep());
  afterAll(() => stage?.close());

  // An evaluation of its own each: what was passed is not asked for again (S-3).
  describe.each<{ width: number; evaluation: Evaluation; come: () => Promise<BrowserContext> }>([
    { width: 360, evaluation: '시험', come: () => stage.phone() },
    { width: 1280, evaluation: '진행단계평가', come: () => stage.desk() },
  ])('at $width px', ({ width, evaluation, come }) => {
    /** @param prepare the browser before its first page */
    async function arrive(
      learner: Person,
      more: object = {},
      prepare?: (context: BrowserContext) => Promise<unknown>,
    ): Promise<{ check: Page; id: string }> {
      const { id, url } = await institution.open(learner, {
        learner: { id: `t-${learner.phone}`, ...learner, ...more },
      });
      const context = await come();
      await prepare?.(context);
      const check = await context.newPage();
      await check.goto(url);
      await codeField(check).waitFor();
      return { check, id };
    }

    it('C-2 and C-6 who has no app at all opens the evaluation by 휴대폰, out of the dialog in the LMS', async () => {
      const lms = await logIn(await come(), stage.server, '홍길동');
      const check = await askedInDialog(lms, evaluation);
      await check.getByText('이 이름과 번호로 등록된 앱이 아직 없습니다. 먼저 앱을 등록해 주세요.').waitFor();
      const window = await openWindow(lms, way(check));
      await check.getByRole('heading', { name: '휴대폰 본인인증을 진행하고 있습니다' }).waitFor();
      await fits(lms, width);
      const closing = window.waitForEvent('close');
      await certifyByPhone(window, stage.server, { name: '홍길동', phone: '010-1234-5678' });
      await passed(check);
      await Promise.all([closing, isOpen(lms, evaluation)]);
      expect(await receiptClaims(lms)).toMatchObject({ sub: 'trainee-17', method: 'phone', amr: ['sms'] });
      expect(stage.complaints).toEqual([]);
    });

    it('C-5 and C-6 who was locked by five wrong codes passes by 휴대폰, and the app’s codes pass again', async () => {
      const learner = anybody();
      const phone = await registerPhone(stage.server, learner);
      const { check } = await arrive(learner);
      await lock(check, phone);
      await check
        .getByText(
          '휴대폰 본인인증으로 지금 인증할 수 있습니다. 앱에 등록한 정보와도 맞으면 잠김이 풀립니다.',
        )
        .waitFor();
      await fits(check, width);
      await certifyByPhone(await openWindow(check, way(check)), stage.server, learner);
      await passed(check);

      const { check: next } = await arrive(learner);
      await triesLeft(next, 5);
      await typeCode(next, phone.code());
      await passed(next);
    });

    it('C-6 아이핀 passes by name and birth date, which lifts no lock: the registration knows no birth date', async () => {
      const learner = anybody();
      const phone = await registerPhone(stage.server, learner);
      const born = { birthDate: BORN.known };
      const { check, id } = await arrive(learner, born);
      await lock(check, phone);
      await check
        .getByText(
          '휴대폰 본인인증이나 아이핀으로 지금 인증할 수 있습니다. 앱에 등록한 정보와도 맞으면 잠김이 풀립니다.',
        )
        .waitFor();
      await certifyByIpin(await openWindow(check, way(check, '아이핀')), learner);
      await passed(check);
      expect(await institution.check(id)).toMatchObject({ status: 'passed', method: 'ipin' });

      const { check: next } = await arrive(learner, born);
      await refused(next, LOCKED);
      const judging = next.waitForResponse('**/code');
      await typeCode(next, phone.code());
      expect(await (await judging).json()).toMatchObject({ outcome: 'refused', reason: 'locked' });
      await refused(next, LOCKED);
      await certifyByPhone(await openWindow(next, way(next)), stage.server, learner);
      await passed(next);
      const { check: last } = await arrive(learner, born);
      await triesLeft(last, 5);
      await typeCode(last, phone.code());
      await passed(last);
    });

    it('C-6 another certified person passes nothing; the page names the field, and the right person passes', async () => {
      const learner = anybody();
      const { check, id } = await arrive(learner, {}, keepingWindows);
      const other = await openWindow(check, way(check));
      await certifyByPhone(other, stage.server, { ...learner, name: '김영희' });
      await windowSays(other, '등록된 정보와 다릅니다');
      await other.getByText('본인확인은 되었으나 등록된 이름과 다릅니다.').waitFor();
      await fits(other, width);
      await news(check, DIFFERS.name);

      const borrowed = await openWindow(check, way(check));
      await certifyByPhone(borrowed, stage.server, anybody(learner.name));
      await windowSays(borrowed, '등록된 정보와 다릅니다');
      await borrowed.getByText('본인확인은 되었으나 등록된 휴대폰 번호와 다릅니다.').waitFor();
      await news(check, DIFFERS.phone);
      await fits(check, width);
      expect((await institution.check(id)).status).toBe('open');

      await certifyByPhone(await openWindow(check, way(check)), stage.server, learner);
      await passed(check);
    });

    it('C-3a, C-4 and C-6 where the app has another name the way out stands below the refusal', async () => {
      const learner = anybody();
      const phone = await registerPhone(stage.server, { ...learner, name: '김영희' });
      const { check } = await arrive(learner);
      await typeCode(check, phone.code());
      await refused(check, '앱에 등록된 이름이 훈련기관의 이름과 다릅니다.');
      await check.getByText('김*희').waitFor();
      await check
        .getByText('훈련기관 회원정보가 맞으면 휴대폰 본인인증으로 지금 인증할 수 있습니다.')
        .waitFor();
      await fits(check, width);
      await certifyByPhone(await openWindow(check, way(check)), stage.server, learner);
      await passed(check);
    });

    it('C-6 a cancelled, a failed and a closed window pass nothing, and each leads on', async () => {
      const learner = anybody();
      const { check, id } = await arrive(learner, {}, keepingWindows);
      const cancelled = await openWindow(check, way(check));
      await endWindow(cancelled, 'cancelled');
      await windowSays(cancelled, '본인확인을 취소했습니다');
      await cancelled.getByText('이 창을 닫고 처음 화면으로 돌아가 주세요.').waitFor();
      await news(check, `본인확인을 취소했습니다. ${NOT_YET}`);

      const failed = await openWindow(check, way(check));
      await endWindow(failed, 'failed');
      await windowSays(failed, '본인확인을 하지 못했습니다');
      await news(check, `본인확인을 하지 못했습니다. ${NOT_YET}`);
      await fits(check, width);

      await (await openWindow(check, way(check))).close();
      await check.getByText(/^창이 닫힌 것 같습니다\. .* 창 다시 보기를 눌러 주세요\.$/).waitFor();
      await fits(check, width);
      expect((await institution.check(id)).status).toBe('open');
      const shown = await openWindow(check, check.getByRole('button', { name: '창 다시 보기' }));
      await certifyByPhone(shown, stage.server, learner);
      await passed(check);
    });

    it('C-6 and C-9 a provider that does not answer: the window says so, and the app’s code passes meanwhile', async () => {
      const learner = anybody();
      const phone = await registerPhone(stage.server, learner);
      const { check } = await arrive(learner);
      const window = await openWindow(check, way(check));
      await endWindow(window, 'hanging');
      await windowSays(window, '결과를 아직 받지 못했습니다');
      await window.getByText(/^본인확인 기관이 응답하지 않습니다\. 잠시 뒤 다시 확인해 주세요\./).waitFor();
      await fits(window, width);
      // Loading it again asks again, without the provider's parameters in the address.
      await window.reload();
      await windowSays(window, '결과를 아직 받지 못했습니다');
      const closing = window.waitForEvent('close');
      // The click may not live to see its own end.
      await Promise.allSettled([closing, window.getByRole('button', { name: '창 닫기' }).click()]);
      await closing;
      await check.getByText(/^창이 닫힌 것 같습니다\./).waitFor();
      await check.getByRole('button', { name: '취소' }).click();
      await typeCode(check, phone.code());
      await passed(check);
    });

    it('C-2 where the dialog may open no window, a new tab goes on, and the evaluation opens in the old one', async () => {
      const context = await come();
      await context.addInitScript('if (self !== top) self.open = () => null');
      const lms = await logIn(context, stage.server, '김영희');
      const check = await askedInDialog(lms, evaluation);
      await way(check).click();
      await check
        .getByText(
          '브라우저가 본인확인 창을 막았습니다. 팝업 차단을 풀고 다시 누르거나, 새 창에서 이어서 인증해 주세요.',
        )
        .waitFor();
      await fits(lms, width);
      const opening = context.waitForEvent('page');
      await check.getByRole('link', { name: '새 창에서 이어서 인증하기' }).click();
      const tab = await opening;
      const window = await openWindow(tab, way(tab));
      await certifyByPhone(window, stage.server, { name: '김영희', phone: '010-8765-4321' });
      await passed(check);
      await isOpen(lms, evaluation);
    });

    it('R-5 the page tells whose app was just moved to another phone, and the new phone’s code passes', async () => {
      const learner = anybody();
      const before = await registerPhone(stage.server, learner);
      const { check: earlier } = await arrive(learner);
      await triesLeft(earlier, 5);
      expect(await earlier.getByText(/다른 휴대폰으로 옮겨졌습니다/).count()).toBe(0);
      const now = await registerPhone(stage.server, learner);
      const { check } = await arrive(learner);
      await check
        .getByText(
          /이 번호의 mOTP 앱이 다른 휴대폰으로 옮겨졌습니다\. 나중에 등록한 휴대폰의 앱에 나오는 번호를 입력해 주세요\.$/,
        )
        .waitFor();
      await check.getByText(/‘본인이 아닙니다’를 누르고, 한빛 훈련원에도 알려 주세요\.$/).waitFor();
      await fits(check, width);
      await typeCode(check, before.code());
      await triesLeft(check, 4);
      await typeCode(check, now.code());
      await passed(check);
    });

    it('T-3 and C-4a a phone nine hours off that was never online is told so, and passes once it is right', async () => {
      const learner = anybody();
      const phone = await registerPhone(stage.server, learner);
      const { check } = await arrive(learner);
      await typeCode(check, phone.code(Date.now() + 9 * HOURS));
      await refused(
        check,
        '휴대폰 시계가 약 9시간 빠릅니다. 인터넷에 연결한 채 앱을 한 번 열었다가, 새로 나오는 번호를 입력해 주세요. 4번 더 입력할 수 있습니다.',
      );
      await fits(check, width);
      await typeCode(check, phone.code());
      await passed(check);
    });
  });

  it('C-6 and C-10 where a phone opens no second window, the same tab goes to the provider, back, and on to the LMS', async () => {
    const context = await stage.phone();
    await context.addInitScript('self.open = () => null');
    const addresses: string[] = [];
    context.on('request', (request) => addresses.push(request.url()));
    const lms = await logIn(context, stage.server, '홍길동');
    await goTo(lms, '과제');
    await lms.getByRole('link', { name: '전체 화면' }).click();
    const secret = await goInThisTab(lms);
    await endWindow(lms, 'cancelled');
    await news(lms, `본인확인을 취소했습니다. ${NOT_YET}`);

    await goInThisTab(lms);
    await certifyByPhone(lms, stage.server, { name: '홍길동', phone: '010-1234-5678' });
    await isOpen(lms, '과제');
    expect(await receiptClaims(lms)).toMatchObject({ sub: 'trainee-17', method: 'phone' });
    expect(addresses.filter((address) => address.includes('/identity/return/')).length).toBeGreaterThan(0);
    expect(addresses.filter((address) => address.includes(secret))).toEqual([]);
    expect(stage.complaints).toEqual([]);
  });

  it('O-6 no log names who was certified, their birth date, a code or a secret', async () => {
    const learner = anybody('남궁나래');
    const other = anybody('독고준');
    const { url } = await institution.open(learner, {
      learner: { id: 'trainee-o6', ...learner, birthDate: BORN.known },
    });
    const check = await (await stage.desk()).newPage();
    await check.goto(url);
    const beginning = check.waitForResponse('**/check/*/identity');
    const window = await openWindow(check, way(check));
    const { secret } = await (await beginning).json();
    const wrong = await certifyByPhone(window, stage.server, other);
    await news(check, DIFFERS.name);
    const again = await openWindow(check, way(check));
    const right = await certifyByPhone(again, stage.server, learner);
    await passed(check);

    const token = new URL(url).pathname.split('/')[2] ?? '';
    const lines = logLines(stage.server.log());
    expect(lines.filter((line) => line.includes('/identity/return/:attempt')).length).toBeGreaterThanOrEqual(
      2,
    );
    const forbidden = [
      ...[...secretsOf(learner), ...secretsOf(other), BORN.typed, BORN.known],
      ...[secret, wrong, right, token],
    ];
    expect(forbidden.filter((each) => lines.some((line) => stands(each, line)))).toEqual([]);
  });
});
