import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { expectAccessible, withAxe } from './access.ts';
import { certifyByPhone, chooseCarrier, openWindow, windowSays } from './identity-window.ts';
import { anybody, type Institution } from './institution.ts';
import type { Stage } from './stage.ts';
import { keepingWindows, news, way } from './ways-out.ts';

const words = {
  ko: {
    way: '휴대폰 본인인증',
    underWay: '휴대폰 본인인증을 진행하고 있습니다',
    cancel: '취소',
    cancelled: '본인확인을 취소했습니다',
    news: /^본인확인을 취소했습니다\. 아직 인증되지 않았으니/,
    hang: '응답하지 않게 하기',
    later: '결과를 아직 받지 못했습니다',
    stranger: '이 화면에서 시작한 본인확인이 아닙니다',
    alone: '인증 화면에서 시작해 주세요',
  },
  en: {
    way: 'Mobile identity check',
    underWay: 'Mobile identity check is under way',
    cancel: 'Cancel',
    cancelled: 'The identity check was cancelled',
    news: /^The identity check was cancelled\. You have not passed yet/,
    hang: 'Make it hang',
    later: 'There is no result yet',
    stranger: 'This identity check was not started here',
    alone: 'Please start from the check page',
  },
} as const;

type Locale = keyof typeof words;

/** 휴대폰 on a phone: the check page while it goes on and afterwards, and its window in all its states. */
export async function lookAtWindow(stage: Stage, institution: Institution, locale: Locale): Promise<void> {
  const learner = anybody();
  const context = await stage.phone();
  await Promise.all([withAxe(context), keepingWindows(context)]);
  const check = await context.newPage();
  await check.goto((await institution.open(learner, { locale })).url);
  await lookAtEnds(check, locale);
  if (locale === 'ko') {
    const passed = await openWindow(check, way(check));
    await certifyByPhone(passed, stage.server, learner);
    await windowSays(passed, '본인확인을 마쳤습니다');
    await expectAccessible(passed, 'passed');
  }
}

async function lookAtEnds(check: Page, locale: Locale): Promise<void> {
  const said = words[locale];
  const cancelled = await openWindow(check, way(check, said.way));
  await check.getByRole('heading', { name: said.underWay }).waitFor();
  await expectAccessible(check, 'under way');
  await expectAccessible(cancelled, 'carrier');
  if (locale === 'ko') {
    await chooseCarrier(cancelled);
    await expectAccessible(cancelled, 'person');
  }
  await cancelled.getByRole('button', { name: said.cancel }).click();
  await windowSays(cancelled, said.cancelled);
  await expect.poll(() => cancelled.locator('html').getAttribute('lang')).toBe(locale);
  await expectAccessible(cancelled, 'cancelled');
  await news(check, said.news);
  await expectAccessible(check, 'told that it was cancelled');

  const hanging = await openWindow(check, way(check, said.way));
  await hanging.getByRole('button', { name: said.hang }).click();
  await windowSays(hanging, said.later);
  await expectAccessible(hanging, 'later');
  await hanging.close();
  await check.getByRole('button', { name: said.cancel }).click();
  await way(check, said.way).waitFor();
}

/** The window for whoever followed a link, in the browser's own language. */
export async function lookAtStrangers(stage: Stage, locale: Locale): Promise<void> {
  const context = await stage.phone({ locale: locale === 'en' ? 'en-GB' : 'ko-KR' });
  await withAxe(context);
  const page = await context.newPage();
  await page.goto(`${stage.server.url}/identity/return/idt_${'x'.repeat(43)}?result=ok`);
  await windowSays(page, words[locale].stranger);
  await expectAccessible(page, 'stranger');
  await page.goto(`${stage.server.url}/identity/go`);
  await windowSays(page, words[locale].alone);
  await expectAccessible(page, 'alone');
}
