import type { TestProject } from 'vitest/node';
import { unpackChromium } from './chromium-unpack.ts';

/** Unpacks the browser once per run: two at a time would write the program while it runs (ETXTBSY). */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const chromium = await unpackChromium();
  project.provide('chromium', { program: chromium.program, environment: chromium.environment });
  return chromium.remove;
}

declare module 'vitest' {
  interface ProvidedContext {
    chromium: { program: string; environment: Record<string, string> };
  }
}
