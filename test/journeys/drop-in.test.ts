import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible, withAxe } from './support/access.ts';
import { passed, triesLeft, typeCode } from './support/check-page.ts';
import type { Person } from './support/institution.ts';
import { examIsOpen, goToExam, logIn, openDialog } from './support/lms.ts';
import {
  answerTo,
  chooseOccasion,
  claimsOn,
  openOldPage,
  rawOf,
  said,
  typeOldCode,
  wentOn,
} from './support/old-page.ts';
import { registerPhone } from './support/outbox.ts';
import { poll } from './support/poll.ts';
import { startSite } from './support/site.ts';
import { openStage, type Stage } from './support/stage.ts';
import { fits } from './support/ways-out.ts';

const HONG: Person = { name: '홍길동', phone: '010-1234-5678' };
const WRONG = '인증번호가 일치하지 않습니다. 다시 입력 하세요.';
const LOCKED = '5회 오류가 발생하였습니다. mOTP인증이 잠겼습니다. 본인확인을 하여 잠금을 해제 하세요.';
const NOT_LIFTED = '확인할 수 있는 본인확인 결과가 없어 잠금을 해제하지 못했습니다.';
/** What a page's own browser can say. */
const MADE_UP = '{"code":"200","status":"SUCCESS","msg":"인증하였습니다."}';
const READABLE = { 'access-control-allow-origin': '*' };

describe('a page for today’s mOTP with another host name', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.sweep());
  afterAll(() => stage?.close());

  it('C-7 a right code answers 200 and the page goes on; the same code lets nobody in elsewhere', async () => {
    const phone = await registerPhone(stage.server, HONG);
    const page = await openOldPage(await stage.desk(), stage.server);
    expect(new URL(page.url()).origin).toBe(stage.server.lmsUrl);
    await chooseOccasion(page, '진도 9차시');
    const code = phone.code();
    expect(await typeOldCode(page, code)).toBe('200');
    await said(page, '인증하였습니다.');
    await wentOn(page);
    const raw = await rawOf(page);
    for (const line of ['USER_NM=홍길동', 'USER_TEL=01012345678', 'EVAL_CD=01', 'CLASS_TME=09', 'HTTP 200']) {
      expect(raw).toContain(line);
    }
    expect(raw).toMatch(/ {2}USRDT=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n/);
    expect(raw).toContain('"receipt":"');
    await chooseOccasion(page, '시험 1회');
    expect(await typeOldCode(page, code)).toBe('AP001');
    await said(page, '이미 사용한 인증번호입니다. 앱에 새 인증번호가 나오면 다시 입력 하세요.');
    await page.getByRole('heading', { name: '학습을 시작합니다' }).waitFor({ state: 'hidden' });
    expect(stage.complaints).toEqual([]);
  });

  it('T-3 getUT() tells the server’s time on a computer whose clock is nine hours behind', async () => {
    const page = await (await stage.desk()).newPage();
    await page.clock.install({ time: Date.now() - 9 * 60 * 60_000 });
    await page.goto(`${stage.server.lmsUrl}/drop-in`);
    await poll('the server’s time', async () => {
      const told = await page.evaluate<string>('hrdFrame.getUT()');
      const off = Date.parse(`${told.replace(' ', 'T')}+09:00`) - Date.now();
      return Math.abs(off) < 60_000 ? told : undefined;
    });
  });

  it('C-5 five wrong codes close the page with the words learners know, and cost the check page nothing', async () => {
    const phone = await registerPhone(stage.server, HONG);
    const desk = await stage.desk();
    const page = await openOldPage(desk, stage.server);
    await lockOut(page, (nth) => phone.wrongCode(Date.now(), nth));

    const browser = page.getByRole('button', { name: '본인확인 결과를 브라우저가 보내기' });
    expect(await answerTo(page, browser)).toBe('AP010');
    await said(page, NOT_LIFTED);
    expect(await typeOldCode(page, phone.code())).toBe('AP009');

    const lms = await logIn(await stage.desk(), stage.server, HONG.name);
    await goToExam(lms);
    const check = await openDialog(lms);
    await triesLeft(check, 5);
    await typeCode(check, phone.code());
    await passed(check);
    await examIsOpen(lms);
    // The real check has opened it again; its code is spent.
    expect(await typeOldCode(page, phone.wrongCode(Date.now(), 7))).toBe('AP001');
    await said(page, WRONG);
  });

  it('C-5 and C-6 a reset that the site’s server vouches for opens the page again', async () => {
    const phone = await registerPhone(stage.server, HONG);
    const page = await openOldPage(await stage.desk(), stage.server);
    await lockOut(page, (nth) => phone.wrongCode(Date.now(), nth));
    const server = page.getByRole('button', { name: '본인확인 결과를 서버가 보내기' });
    expect(await answerTo(page, server)).toBe('200');
    await said(page, '잠금을 해제하였습니다. 새 인증번호를 입력하세요.');
    expect(await typeOldCode(page, phone.code())).toBe('200');
    await wentOn(page);
  });

  it('C-8 and C-9 an answer made up in the browser opens today’s page, and neither of the two that a server checks', async () => {
    const phone = await registerPhone(stage.server, HONG);
    const desk = await stage.desk();
    await desk.route('**/api/v2/otp_accredit', (route) =>
      route.fulfill({ contentType: 'application/json', headers: READABLE, body: MADE_UP }),
    );
    const today = await openOldPage(desk, stage.server);
    expect(await typeOldCode(today, '000000')).toBe('200');
    await wentOn(today);
    const verified = await openOldPage(desk, stage.server, 'receipt');
    await typeOldCode(verified, '000000');
    await said(verified, '인증 확인서를 확인하지 못했습니다. (malformed)');
    const asked = await openOldPage(desk, stage.server, 'server');
    expect(await typeOldCode(asked, phone.wrongCode())).toBe('AP001');
    await said(asked, WRONG);
  });

  it('C-8 the site’s server believes the receipt in the answer once, for this learner and this occasion', async () => {
    const phone = await registerPhone(stage.server, HONG);
    const page = await openOldPage(await stage.desk(), stage.server, 'receipt');
    await chooseOccasion(page, '시험 1회');
    const code = phone.code();
    await typeOldCode(page, code);
    await wentOn(page);
    expect(await claimsOn(page)).toMatchObject({
      ...{ aud: 'demo', sub: 'trainee-17', via: 'drop-in', course: { id: 'safety-101', round: '1' } },
      occasion: { kind: 'exam', number: 1 },
    });
    // The same answer again (its reply may have been lost) brings the same receipt.
    await typeOldCode(page, code);
    await said(page, '인증 확인서를 확인하지 못했습니다. (used-before)');
  });

  it('C-8 asked by the site’s server with its key it is a check like any other', async () => {
    const phone = await registerPhone(stage.server, HONG);
    const page = await openOldPage(await stage.desk(), stage.server, 'server');
    await chooseOccasion(page, '과제 1회');
    expect(await typeOldCode(page, phone.code())).toBe('200');
    await wentOn(page);
    expect(await claimsOn(page)).toMatchObject({
      ...{ jti: expect.stringMatching(/^chk_/), sub: 'trainee-17', method: 'motp' },
      occasion: { kind: 'assignment', number: 1 },
    });
    expect(await rawOf(page)).not.toContain(HONG.name);
  });

  it('C-9 a failure of the system leads to the substitute check, which is kept and proves nothing', async () => {
    const page = await openOldPage(await stage.desk(), stage.server);
    await page.getByRole('checkbox', { name: '개발자용: mOTP 시스템 장애를 흉내 냅니다' }).check();
    await page.getByRole('button', { name: '인증하기' }).click();
    await said(page, 'mOTP시스템 장애가 발생하였습니다. 대체인증 화면으로 이동합니다.');
    await page.getByRole('button', { name: '대체인증 결과 보내기' }).click();
    await wentOn(page);
    expect(await rawOf(page)).toContain('<RetVal>101</RetVal>');
  });

  it('C-9 a page of an origin that is not registered can read no answer', async () => {
    const phone = await registerPhone(stage.server, HONG);
    const site = await startSite(() => stage.server.url);
    try {
      const page = await (await stage.desk()).newPage();
      await page.goto(site.origin);
      expect(await askFrom(page, stage.server.url, phone.code())).toBe('TypeError');
      // It was not even judged: the code is still good where it belongs.
      const own = await openOldPage(await stage.desk(), stage.server);
      expect(await typeOldCode(own, phone.code())).toBe('200');
    } finally {
      await site.close();
    }
  });

  it('C-2 holds against axe-core, at 360 and at 1280 px, in every state', async () => {
    for (const context of [await stage.phone(), await stage.desk()]) {
      await withAxe(context);
      const phone = await registerPhone(stage.server, HONG);
      const page = await openOldPage(context, stage.server);
      const width = page.viewportSize()?.width ?? 0;
      const look = async (what: string) => {
        await expectAccessible(page, `${what} at ${width}`);
        await fits(page, width);
      };
      await look('first');
      await lockOut(page, (nth) => phone.wrongCode(Date.now(), nth));
      await look('locked');
      await answerTo(page, page.getByRole('button', { name: '본인확인 결과를 서버가 보내기' }));
      await typeOldCode(page, phone.code());
      await wentOn(page);
      await look('went on');
      await page.getByRole('checkbox', { name: '개발자용: mOTP 시스템 장애를 흉내 냅니다' }).check();
      await page.getByRole('button', { name: '인증하기' }).click();
      await page.getByRole('heading', { name: '대체인증' }).waitFor();
      await look('substitute');
    }
  });
});

/** Five wrong codes, and one more. */
async function lockOut(page: Page, wrongCode: (nth: number) => string): Promise<void> {
  for (let nth = 0; nth < 4; nth++) {
    expect(await typeOldCode(page, wrongCode(nth))).toBe('AP001');
    await said(page, WRONG);
  }
  expect(await typeOldCode(page, wrongCode(4))).toBe('AP001');
  await said(page, LOCKED);
  expect(await typeOldCode(page, wrongCode(5))).toBe('AP009');
  await said(page, LOCKED);
  await page.getByRole('heading', { name: '본인확인' }).waitFor();
}

/** The same form from a page of an origin that nobody registered. @returns what its script got to see */
const askFrom = (page: Page, motpUrl: string, code: string): Promise<string> =>
  page.evaluate<string>(`(() => {
    const fields = ${JSON.stringify({
      ...{ USER_NM: HONG.name, USER_TEL: '01012345678', AGTID: 'demo', USRID: 'trainee-17', OTPNO: code },
      ...{ COURSE_AGENT_PK: 'safety-101', CLASS_AGENT_PK: 'safety-101,1', EVAL_CD: '02', CLASS_TME: '01' },
    })};
    const asked = fetch('${motpUrl}/api/v2/otp_accredit', { method: 'POST', body: new URLSearchParams(fields) });
    return asked.then((reply) => reply.text(), (error) => error.name);
  })()`);
