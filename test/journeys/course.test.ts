import type { FrameLocator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible, withAxe } from './support/access.ts';
import { passed, typeCode } from './support/check-page.ts';
import { examIsOpen, goTo, goToExam, isOpen, logIn, openDialog, receiptClaims } from './support/lms.ts';
import { registerPhone } from './support/outbox.ts';
import { openStage, type Stage } from './support/stage.ts';

const HONG = { name: '홍길동', phone: '010-1234-5678' };
const DAY_MS = 24 * 60 * 60_000;
const SEOUL_OFFSET_MS = 9 * 60 * 60_000;
const WALK_MS = 90_000;

describe('a course, lesson by lesson', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
    // A day that ends on the way would ask again, rightly.
    const left = DAY_MS - ((Date.now() + SEOUL_OFFSET_MS) % DAY_MS);
    if (left < WALK_MS) await new Promise((resolve) => setTimeout(resolve, left));
  }, 2 * WALK_MS);
  afterEach(() => stage.sweep());
  afterAll(() => stage?.close());

  it('S-1, S-2 and S-3 lesson 1 asks once, 2 to 8 do not, the ninth is refused with words, and the exam asks', async () => {
    const phone = await registerPhone(stage.server, HONG);
    const lms = await logIn(await stage.desk(), stage.server, HONG.name);
    await lms.getByText('오늘 더 들을 수 있는 새 차시 8개').waitFor();
    await lms.getByRole('link', { name: '학습 시작 1차시' }).click();
    await asked(lms, '1차시 학습 전 본인인증', ['입과 (이 과정의 첫 학습)', '오늘 첫 학습', '1차시']);
    const check = await openDialog(lms);
    await typeCode(check, phone.code());
    await passed(check);
    await lms.getByRole('heading', { name: '1차시 안전보건관리의 기초' }).waitFor();

    for (let number = 2; number <= 8; number++) {
      await lms.getByRole('button', { name: '다음 차시' }).click();
      await lms.getByRole('heading', { name: new RegExp(`^${number}차시 `) }).waitFor();
      await lms.getByText('다음 인증: 9차시').waitFor();
      await lms.getByText(`오늘 더 들을 수 있는 새 차시 ${8 - number}개`).waitFor();
    }
    expect(stage.complaints).toEqual([]);
    await lms.getByRole('button', { name: '다음 차시' }).click();
    await lms.getByRole('heading', { name: '아직 9차시에 들어갈 수 없습니다' }).waitFor();
    await lms
      .getByText(
        /^오늘 새로 들을 수 있는 차시를 모두 들었습니다\..+\(.\) 00:00\(한국 시간\)부터 이어서 하세요\.$/,
      )
      .waitFor();

    await lms.getByRole('link', { name: '강의실로 돌아가기' }).click();
    await lms.getByText('진도율 33% (8/24차시)').waitFor();
    await lms.getByRole('link', { name: '위험성 평가의 절차' }).click();
    await lms.getByRole('heading', { name: '3차시 위험성 평가의 절차' }).waitFor();
    await lms.getByRole('link', { name: '산업안전보건' }).click();
    await goToExam(lms);
    await asked(lms, '시험 응시 전 본인인증', ['시험 응시']);
  });

  it('S-3 and C-6 a check by 아이핀 stands for the exam when it is begun again, and for nothing else', async () => {
    const lms = await logIn(await stage.phone(), stage.server, HONG.name);
    await goToExam(lms);
    await certifyByIpin(lms, await openDialog(lms));
    await examIsOpen(lms);
    expect(await receiptClaims(lms)).toMatchObject({ sub: 'trainee-17', method: 'ipin' });

    await lms.getByRole('button', { name: '제출하기' }).click();
    await lms.getByRole('link', { name: '강의실로 돌아가기' }).click();
    await lms.getByRole('link', { name: '응시하기 시험' }).click();
    await isOpen(lms, '시험');
    await lms.getByText('본인인증이 지금은 필요하지 않습니다.').waitFor();
    await lms.goto(`${stage.server.lmsUrl}/courses/safety-101`);
    await goTo(lms, '과제');
    await asked(lms, '과제 응시 전 본인인증', ['과제 제출']);
    expect(stage.complaints).toEqual([]);
  });

  it('S-1 every page of the sample LMS holds against axe-core and at 320 px', async () => {
    const context = await stage.phone();
    await withAxe(context);
    const lms = await context.newPage();
    const look = async (path: string, title: string): Promise<void> => {
      await lms.goto(stage.server.lmsUrl + path);
      await lms.getByRole('heading', { name: title }).first().waitFor();
      await expectAccessible(lms, path);
    };
    await look('/', '로그인');
    await lms.getByRole('button', { name: HONG.name }).click();
    await lms.getByRole('heading', { name: '나의 강의실' }).waitFor();
    await look('/', '나의 강의실');
    await look('/code', 'LMS 개발자가 쓰는 코드');
    await look('/events', 'mOTP 서버가 알려 준 일');
    await look('/courses/safety-101', '산업안전보건');
    for (let number = 1; number <= 8; number++)
      await lms.goto(`${stage.server.lmsUrl}/study/safety-101/lesson/${number}`);
    await look('/study/safety-101/lesson/8', '8차시 비상대응과 응급처치');
    await look('/study/safety-101/lesson/9', '아직 9차시에 들어갈 수 없습니다');
    await look('/study/safety-101/progress-test/1', '진행단계평가 응시 전 본인인증');
    await look('/study/safety-101/exam/1', '산업안전보건 시험');
  });
});

/** The gate, with its reasons in words. */
async function asked(lms: Page, title: string, reasons: string[]): Promise<void> {
  await lms.getByRole('heading', { name: title }).waitFor();
  const region = lms.getByRole('list', { name: '지금 인증하는 까닭' });
  expect(await region.getByRole('listitem').allTextContents()).toEqual(reasons);
  // A click before the page's script has come would be lost.
  await lms.waitForLoadState('load');
}

/** 아이핀 in a window of its own, from the check in the LMS's dialog. */
async function certifyByIpin(lms: Page, check: FrameLocator): Promise<void> {
  const opening = lms.waitForEvent('popup');
  await check.getByRole('button', { name: '아이핀', exact: true }).click();
  const window = await opening;
  await window.getByRole('heading', { name: '아이핀으로 본인을 확인합니다' }).waitFor();
  await window.getByLabel('아이핀 아이디').fill('ipin-id');
  await window.getByLabel('아이핀 비밀번호').fill('any words');
  await window.getByLabel('이름').fill(HONG.name);
  await window.getByLabel('생년월일').fill('19900131');
  const closing = window.waitForEvent('close');
  await window.getByRole('button', { name: '인증하기' }).click();
  await passed(check);
  await closing;
}
