import type { BrowserContext, Locator, Page } from 'playwright-core';
import type { RunningServer } from '../../support/processes.ts';

/** Which of the three pages: as they are today, with the receipt verified, or asked about by the site's server. */
export type Way = 'browser' | 'receipt' | 'server';

/** A page for today's mOTP, at the sample LMS: another origin and another site. */
export async function openOldPage(desk: BrowserContext, server: RunningServer, way?: Way): Promise<Page> {
  const page = await desk.newPage();
  await page.goto(way ? `${server.lmsUrl}/drop-in?way=${way}` : `${server.url}/demo/drop-in`);
  await page.getByRole('heading', { name: 'mOTP 본인인증' }).waitFor();
  return page;
}

export async function chooseOccasion(page: Page, label: string): Promise<void> {
  await page.getByRole('combobox', { name: '인증 시점' }).selectOption({ label });
}

/** Types a code, presses 인증하기 and waits for the answer. @returns its code, `AP001` and the like */
export async function typeOldCode(page: Page, code: string): Promise<string> {
  await page.getByRole('textbox', { name: '인증번호' }).fill(code);
  return answerTo(page, page.getByRole('button', { name: '인증하기' }));
}

/** Presses a button that asks something. @returns the answer's code */
export async function answerTo(page: Page, button: Locator): Promise<string> {
  const [response] = await Promise.all([
    page.waitForResponse((each) => each.request().method() === 'POST'),
    button.click(),
  ]);
  const { code } = (await response.json()) as { code: string };
  return code;
}

/** What the page says in the place of an alert box. */
export const said = (page: Page, words: string): Promise<void> =>
  page.getByRole('alert').getByText(words, { exact: true }).waitFor();

export const wentOn = (page: Page): Promise<void> =>
  page.getByRole('heading', { name: '학습을 시작합니다' }).and(page.locator(':focus')).waitFor();

/** What was sent and what came back, as the page shows it to developers. */
export const rawOf = async (page: Page): Promise<string> =>
  (await page.getByRole('region', { name: '개발자용: 보낸 것과 받은 답' }).textContent()) ?? '';

/** What the site's server has verified, as the page shows it to developers. */
export async function claimsOn(page: Page): Promise<Record<string, unknown>> {
  return JSON.parse((await page.getByRole('region', { name: '서버가 확인한 내용' }).textContent()) ?? '');
}
