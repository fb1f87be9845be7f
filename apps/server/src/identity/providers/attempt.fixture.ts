import { parsePhone } from '../../learners/rules.ts';
import type { World } from '../../world.ts';
import { type IdentityStart, ProviderUnavailableError } from '../provider.ts';

export const PUBLIC_URL = 'https://motp.example';

/** Long enough for an answer over loopback; what hangs is given up by `HURRY_MS`. */
export const TIMEOUT_MS = 10_000;
export const HURRY_MS = 50;

const phone = parsePhone('010-1234-5678');

/** What the domain asks of a provider for 홍길동. */
export function attempt(reference = '0123456789abcdef0123456789abcdef'): IdentityStart {
  const person = { name: '홍길동', ...(phone ? { phone } : {}), birthDate: '1990-03-01' };
  const returnUrl = `${PUBLIC_URL}/identity/return/idt_${'A'.repeat(43)}`;
  return { method: 'phone', reference, returnUrl, person, locale: 'ko' };
}

/** Bytes that differ from call to call, and a clock that a test sets. */
export function testWorld(now = Date.parse('2026-11-23T06:00:00Z')): World & { time: number } {
  let calls = 0;
  const world = {
    time: now,
    now: () => world.time,
    random: (bytes: number) => {
      calls += 1;
      return Buffer.alloc(bytes, calls);
    },
  };
  return world;
}

/** @returns why a provider was unavailable; fails when it answered, or failed otherwise */
export async function whyUnavailable(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ProviderUnavailableError) return error.message;
    throw error;
  }
  throw new Error('the provider answered');
}
