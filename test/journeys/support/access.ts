import { createRequire } from 'node:module';
import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';

/** Puts axe-core into every page of this context; the pages' own CSP would not let it in. */
export const withAxe = (context: BrowserContext): Promise<unknown> =>
  context.addInitScript({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') });

interface Violation {
  id: string;
  nodes: { target: string[]; failureSummary: string }[];
}

interface Findings {
  passes: number;
  violations: Violation[];
}

/** What axe-core holds against the page as it stands; empty when nothing. @param rules all of them unless named */
async function violations(page: Page, rules?: string[]): Promise<string[]> {
  // Colours are measured when nothing fades any more.
  await page.evaluate(
    'Promise.allSettled(document.getAnimations().map((each) => each.finished)).then(() => undefined)',
  );
  const options = JSON.stringify(rules ? { runOnly: rules } : {});
  const found = await page.evaluate<Findings>(
    `axe.run(${options}).then(({ passes, violations }) => ({ passes: passes.length, violations }))`,
  );
  expect(found.passes, 'rules that axe-core could apply').toBeGreaterThanOrEqual(rules?.length ?? 10);
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

async function expectNarrow(page: Page, width: number): Promise<void> {
  const before = page.viewportSize() ?? { width: 360, height: 740 };
  await page.setViewportSize({ width, height: before.height });
  const scrolls = await page.evaluate<number>('document.documentElement.scrollWidth');
  await page.setViewportSize(before);
  expect(scrolls, `width of ${page.url()} at ${width} px`).toBeLessThanOrEqual(width);
}

/** Nothing that axe finds, light or dark, and nothing cut off at 320 px. @param what for the message */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  expect(await violations(page), what).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await violations(page, ['color-contrast']), `${what}, dark`).toEqual([]);
  await page.emulateMedia({ colorScheme: 'light' });
  await expectNarrow(page, 320);
}

/** What has the focus, as `button 인증하기`. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate<string>(`(() => {
    const it = document.activeElement;
    const label = it.labels?.[0]?.textContent ?? it.getAttribute('aria-label') ?? it.textContent ?? '';
    return it.tagName.toLowerCase() + ' ' + label.trim();
  })()`);

/** As far as a learner without a mouse gets: Tab until it is there. */
export async function tabTo(page: Page, what: string): Promise<void> {
  for (let press = 0; press < 20; press++) {
    await page.keyboard.press('Tab');
    if ((await focused(page)) === what) return;
  }
  throw new Error(`Tab never reached: ${what}`);
}
