import { type Browser, chromium } from 'playwright-core';
import { inject } from 'vitest';
import type {} from './chromium-setup.ts';
import type { UnpackedChromium } from './chromium-unpack.ts';

/**
 * Our own arguments and not the package's: those turn web security and site isolation off, which is what the
 * journeys want to see at work.
 */
const ARGS = ['--no-sandbox', '--headless=shell', '--no-zygote'];

/** A browser for a journey; the unpacked one of the test run unless another is given. */
export function launchChromium(
  unpacked: Pick<UnpackedChromium, 'program' | 'environment'> = inject('chromium'),
): Promise<Browser> {
  return chromium.launch({
    executablePath: unpacked.program,
    env: unpacked.environment,
    args: ARGS,
    ignoreDefaultArgs: ['--headless', '--disable-field-trial-config'],
  });
}
