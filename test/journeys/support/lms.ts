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
}

export const examIsOpen = (lms: Page): Promise<void> =>
  lms.getByRole('heading', { name: '산업안전보건 시험', exact: true }).waitFor();

export const examIsClosed = (lms: Page): Promise<void> =>
  lms.getByRole('heading', { name: '시험 응시 전 본인인증' }).waitFor();
