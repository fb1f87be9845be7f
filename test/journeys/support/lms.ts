import type { BrowserContext, Page } from 'playwright-core';
import type { RunningServer } from '../../support/processes.ts';

/** The sample LMS at its course page, logged in. */
export async function logIn(desk: BrowserContext, server: RunningServer, name: string): Promise<Page> {
  const lms = await desk.newPage();
  await lms.goto(server.lmsUrl);
  await lms.getByRole('button', { name }).click();
  await lms.getByText(`${name}님`).waitFor();
  return lms;
}

/** Wants to sit the exam and is asked for a check. */
export async function goToExam(lms: Page): Promise<void> {
  await lms.getByRole('link', { name: '응시하기 시험' }).click();
  await lms.getByRole('heading', { name: '시험 응시 전 본인인증' }).waitFor();
  // A click before the page's script has come would be lost.
  await lms.waitForLoadState('load');
}

export const examIsOpen = (lms: Page): Promise<void> =>
  lms.getByRole('heading', { name: '산업안전보건 시험', exact: true }).waitFor();

export const examIsClosed = (lms: Page): Promise<void> =>
  lms.getByRole('heading', { name: '시험 응시 전 본인인증' }).waitFor();

/** What the sample LMS's server verified before it opened the exam. */
export async function receiptClaims(lms: Page): Promise<Record<string, unknown>> {
  await lms.getByText('서버가 확인한 인증 확인서 (개발자용)').click();
  return JSON.parse((await lms.getByText('"jti"').textContent()) ?? '');
}
