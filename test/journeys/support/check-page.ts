import type { FrameLocator, Locator, Page } from 'playwright-core';
import type { Institution, Person } from './institution.ts';
import type { Stage } from './stage.ts';

/** The check page, whether it fills a window or stands in the LMS's dialog. */
export type CheckPage = Page | FrameLocator;

export const codeField = (check: CheckPage): Locator =>
  check.getByRole('textbox', { name: '인증번호', exact: true });

export async function typeCode(check: CheckPage, code: string): Promise<void> {
  await codeField(check).fill(code);
  await check.getByRole('button', { name: '인증하기' }).click();
}

/** Waits until these words stand beside the field: tied to it for whoever cannot see it. */
export async function refused(check: CheckPage, words: string): Promise<void> {
  await check.getByText(words, { exact: true }).waitFor();
  await check
    .getByRole('textbox', {
      name: '인증번호',
      exact: true,
      description: `mOTP 앱에 나오는 숫자 6자리 ${words}`,
    })
    .waitFor();
}

export const passed = (check: CheckPage): Promise<void> =>
  check.getByRole('heading', { name: '인증하였습니다' }).waitFor();

/** What the page says about one thing of the learner's card or below the field, such as `남은 횟수`. */
export const triesLeft = (check: CheckPage, tries: number): Promise<void> =>
  check.getByText(`남은 횟수 ${tries}번`, { exact: true }).waitFor();

export const WRONG = (left: number): string =>
  `인증번호가 맞지 않습니다. 앱에 지금 나오는 번호를 다시 입력해 주세요. ${left}번 더 입력할 수 있습니다.`;

/** A fresh check of a learner as a full page on a desk, its field ready. */
export async function openCheckPage(
  stage: Stage,
  institution: Institution,
  learner: Person,
  more: Record<string, unknown> = {},
): Promise<Page> {
  const page = await (await stage.desk()).newPage();
  await page.goto((await institution.open(learner, more)).url);
  await codeField(page).waitFor();
  return page;
}
