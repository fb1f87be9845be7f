import type { BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Phone } from '../../../apps/server/test/support/phone.ts';
import { type CheckPage, refused, triesLeft, typeCode } from './check-page.ts';
import { atProvider } from './identity-window.ts';
import { type Evaluation, goTo } from './lms.ts';

/** The button of 휴대폰 or 아이핀. */
export const way = (check: CheckPage, name = '휴대폰 본인인증'): Locator =>
  check.getByRole('button', { name, exact: true });

/** How the identity check ended: it has the focus, so that it is read out. */
export const news = (check: Page, words: string | RegExp): Promise<void> =>
  check.getByText(words).and(check.locator(':focus')).waitFor();

/** The check page in the sample LMS's dialog, before an evaluation. */
export async function askedInDialog(lms: Page, what: Evaluation): Promise<FrameLocator> {
  await goTo(lms, what);
  await lms.getByRole('button', { name: '본인인증 하기' }).click();
  return lms.getByRole('dialog', { name: '본인인증' }).frameLocator('iframe');
}

/** Goes to the provider where no window can be had. @returns the attempt's secret, as the tab keeps it */
export async function goInThisTab(page: Page): Promise<string> {
  await way(page).click();
  await atProvider(page);
  const kept = await page.evaluate<string[]>('Object.values(sessionStorage)');
  expect(kept).toHaveLength(1);
  return (JSON.parse(kept[0] ?? '') as { secret: string }).secret;
}

/** Five wrong codes (C-5). */
export async function lock(check: Page, phone: Phone): Promise<void> {
  for (let left = 4; left >= 0; left--) {
    await typeCode(check, phone.wrongCode(Date.now(), left));
    await triesLeft(check, left);
  }
  await refused(check, '인증번호를 5번 잘못 입력하여 인증이 잠겼습니다.');
}

/** Windows do not close themselves here, as in many an app's web view: their last words can be read at leisure. */
export const keepingWindows = (context: BrowserContext): Promise<unknown> =>
  context.addInitScript('self.close = () => undefined');

/** Nothing is cut off. @param width of the screen, in px */
export async function fits(page: Page, width: number): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth'), page.url()).toBeLessThanOrEqual(width);
}
