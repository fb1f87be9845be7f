import type { Page } from 'playwright-core';
import type { RunningServer } from '../../support/processes.ts';
import { enterPasscode } from './app.ts';
import { type CheckPage, refused, typeCode } from './check-page.ts';
import { certifyByPhone, openWindow } from './identity-window.ts';
import type { Person } from './institution.ts';

export const LOCKED =
  '인증이 잠겨 있습니다. 인증번호를 여러 번 잘못 입력했거나, 본인이 등록한 앱이 아니라는 신고가 있었습니다.';

export const USED = '이미 사용한 인증번호입니다. 앱에 새 번호가 나올 때까지 기다렸다가 입력해 주세요.';

/** Another six digits than these. */
export const otherThan = (code: string, more = 1): string =>
  String((Number(code) + more) % 1_000_000).padStart(6, '0');

/** 휴대폰 본인인증 from the app's own button to the end of its window. @param person whom the provider shall name */
export async function certifyInApp(app: Page, server: RunningServer, person: Person): Promise<void> {
  const window = await openWindow(app, app.getByRole('button', { name: '휴대폰 본인인증으로 확인' }));
  await certifyByPhone(window, server, person);
}

/** On the passcode screen or in the settings. */
export async function resetApp(app: Page): Promise<void> {
  await app.getByRole('button', { name: '등록 초기화' }).click();
  const question = app.getByRole('dialog', { name: '등록 초기화 하시겠습니까?' });
  await question.getByRole('button', { name: '초기화', exact: true }).click();
}

/** The app of a phone that another one replaced says so; its owner says “this was not me”. */
export async function disputeReplacement(app: Page): Promise<void> {
  await app.reload();
  await app.getByRole('heading', { name: '다른 휴대폰에서 등록되었습니다' }).waitFor();
  await app.getByRole('button', { name: '본인이 아닙니다' }).click();
  const question = app.getByRole('dialog', { name: '본인이 등록하지 않았나요?' });
  await question.getByText(/^다른 휴대폰의 등록을 바로 잠그고 훈련기관에 알립니다\./).waitFor();
  await question.getByRole('button', { name: '신고하고 잠그기' }).click();
  await app.getByText(/^신고했습니다\. 다른 휴대폰은 본인인증을 할 때까지 잠기고/).waitFor();
}

/** Opened again, the app is locked and says why. */
export async function findsLocked(app: Page, why: string): Promise<void> {
  await app.reload();
  await enterPasscode(app);
  await app.getByRole('heading', { name: '인증이 잠겼습니다' }).waitFor();
  await app.getByText(why, { exact: true }).waitFor();
  await app.getByText('본인인증을 하면 바로 다시 쓸 수 있습니다.').waitFor();
}

/** Five codes that are none of this app's, each refused. @param shown what the app shows now */
export async function lockByWrongCodes(check: CheckPage, shown: string): Promise<void> {
  for (let nth = 1; nth <= 5; nth++) {
    await typeCode(check, otherThan(shown, nth));
    if (nth < 5) await check.getByText(`남은 횟수 ${5 - nth}번`, { exact: true }).waitFor();
  }
  await refused(check, '인증번호를 5번 잘못 입력하여 인증이 잠겼습니다.');
}

/** From the code to a screen of the settings. */
export async function openSettings(app: Page, change: '휴대폰 번호 변경' | '이름 변경'): Promise<void> {
  await app.getByRole('button', { name: '설정' }).click();
  await app.getByRole('button', { name: change }).click();
}

/** What the receipt of a check says of the registration that passed it. */
export function registrationOf(receipt: string | undefined): unknown {
  const claims = Buffer.from(receipt?.split('.')[1] ?? '', 'base64url').toString();
  return JSON.parse(claims).registration;
}
