import type { BrowserContext, Locator, Page } from 'playwright-core';
import type { RunningServer } from '../../support/processes.ts';
import { poll } from './poll.ts';

export type Evaluation = '진행단계평가' | '시험' | '과제';

/** The sample LMS at the page of the course 산업안전보건, logged in. */
export async function logIn(desk: BrowserContext, server: RunningServer, name: string): Promise<Page> {
  const lms = await desk.newPage();
  await lms.goto(server.lmsUrl);
  await lms.getByRole('button', { name }).click();
  await lms.getByText(`${name}님`).waitFor();
  await lms.getByRole('link', { name: '산업안전보건' }).click();
  await lms.getByRole('heading', { name: '산업안전보건', exact: true }).waitFor();
  return lms;
}

/** Wants to begin an evaluation and is asked for a check. */
export async function goTo(lms: Page, what: Evaluation): Promise<void> {
  await lms.getByRole('link', { name: `응시하기 ${what}` }).click();
  await lms.getByRole('heading', { name: `${what} 응시 전 본인인증` }).waitFor();
  // A click before the page's script has come would be lost.
  await lms.waitForLoadState('load');
}

export const isOpen = (lms: Page, what: Evaluation): Promise<void> =>
  lms.getByRole('heading', { name: `산업안전보건 ${what}`, exact: true }).waitFor();

export const goToExam = (lms: Page): Promise<void> => goTo(lms, '시험');

export const examIsOpen = (lms: Page): Promise<void> => isOpen(lms, '시험');

export const examIsClosed = (lms: Page): Promise<void> =>
  lms.getByRole('heading', { name: '시험 응시 전 본인인증' }).waitFor();

/** What the sample LMS's server verified before it opened the exam. */
export async function receiptClaims(lms: Page): Promise<Record<string, unknown>> {
  await lms.getByText('서버가 확인한 인증 확인서 (개발자용)').click();
  return JSON.parse((await lms.getByText('"jti"').textContent()) ?? '');
}

/** Until the sample LMS, told by a webhook, shows this event. @param whose as `훈련생 trainee-17 · 산업안전보건 · 시험` */
export async function isTold(lms: Page, what: string, whose: string): Promise<void> {
  await lms.getByRole('link', { name: 'mOTP 서버가 알려 준 일' }).click();
  await lms.getByRole('heading', { name: 'mOTP 서버가 알려 준 일' }).waitFor();
  const event = lms.getByRole('listitem').filter({ hasText: what }).filter({ hasText: whose });
  await poll(`the event of ${whose}`, async () => {
    if ((await event.count()) > 0) return true;
    await lms.reload();
    return undefined;
  });
}

/** The check in the dialog on top of the LMS's page. */
export async function openDialog(lms: Page): Promise<ReturnType<Locator['frameLocator']>> {
  await lms.getByRole('button', { name: '본인인증 하기' }).click();
  return lms.getByRole('dialog', { name: '본인인증' }).frameLocator('iframe');
}
