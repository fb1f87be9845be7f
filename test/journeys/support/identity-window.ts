import type { Locator, Page } from 'playwright-core';
import type { RunningServer } from '../../support/processes.ts';
import type { Person } from './institution.ts';
import { newestCode, smsCode } from './outbox.ts';

/** Whom the provider shall name; born on 31 January 1990 unless told. `birthDate` as typed: `19900131`. */
export type Certified = Person & { birthDate?: string };

/** Clicks, and gives the window that the click opens, at the demo's provider. @param page where the button stands */
export async function openWindow(page: Page, button: Locator): Promise<Page> {
  const opening = page.waitForEvent('popup');
  await button.click();
  const window = await opening;
  const size = page.viewportSize();
  // A phone makes a tab of it; Chromium here gives it the size that was asked for.
  if (size !== null && size.width < 480) await window.setViewportSize(size);
  await atProvider(window);
  return window;
}

/** Until this tab or window shows the demo's provider. */
export const atProvider = (window: Page): Promise<void> =>
  window.getByText(/^(데모 · 모의 본인인증|Demo · mock identity check)$/).waitFor();

/** Until a step stands with all that it begins with: its title has the focus by then. */
export const atStep = (window: Page, title: string): Promise<void> =>
  window.getByRole('heading', { name: title }).and(window.locator(':focus')).waitFor();

/** Carrier and terms: 휴대폰 as far as the person's own data. */
export async function chooseCarrier(window: Page): Promise<void> {
  await atStep(window, '이용하는 통신사를 선택해 주세요');
  await window.getByText('SKT', { exact: true }).click();
  await window.getByText('본인인증 이용에 모두 동의합니다').click();
  await window.getByRole('button', { name: '다음' }).click();
  await atStep(window, '본인 정보를 입력해 주세요');
}

/** 휴대폰 from its first step to the end of the window. @returns the code of the message */
export async function certifyByPhone(
  window: Page,
  server: RunningServer,
  { name, phone, birthDate = '19900131' }: Certified,
): Promise<string> {
  await chooseCarrier(window);
  await window.getByLabel('이름').fill(name);
  await window.getByLabel('생년월일').fill(birthDate);
  await window.getByLabel('휴대폰 번호').fill(phone);
  const before = await newestCode(server, phone);
  await window.getByRole('button', { name: '인증번호 받기' }).click();
  await atStep(window, '문자로 받은 번호를 입력해 주세요');
  const code = await smsCode(server, phone, before);
  await window.getByLabel('인증번호 6자리').fill(code);
  await window.getByRole('button', { name: '확인', exact: true }).click();
  return code;
}

/** 아이핀, which knows no number. */
export async function certifyByIpin(
  window: Page,
  { name, birthDate = '19900131' }: Pick<Certified, 'name' | 'birthDate'>,
): Promise<void> {
  await atStep(window, '아이핀으로 본인을 확인합니다');
  await window.getByLabel('아이핀 아이디').fill('ipin-id');
  await window.getByLabel('아이핀 비밀번호').fill('any words');
  await window.getByLabel('이름').fill(name);
  await window.getByLabel('생년월일').fill(birthDate);
  await window.getByRole('button', { name: '인증하기' }).click();
}

const endings = {
  cancelled: '취소',
  failed: '실패하게 하기',
  hanging: '응답하지 않게 하기',
} as const;

/** Ends the window other than well. `hanging`: the browser goes back, and the provider never answers. */
export const endWindow = (window: Page, how: keyof typeof endings): Promise<void> =>
  window.getByRole('button', { name: endings[how], exact: true }).click();

/** Until the window, back from the provider, says this. A window that closes itself says it for 1.5 s at least. */
export const windowSays = (window: Page, title: string): Promise<void> =>
  window.getByRole('heading', { name: title, exact: true }).waitFor();
