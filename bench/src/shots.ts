import { createHmac } from 'node:crypto';
import { acceptedSteps, codeAt, stepAt, tooOldSteps } from '@motp/otp';
import type { Person } from './people.ts';

/** `wrong`: a wrong code; `right`: one that passes and carries a receipt; `search`: the first wrong code of a check. */
export type Kind = 'wrong' | 'right' | 'search';

/** A fifth wrong code would lock, and a lock is answered without comparing anything (C-5). */
const WRONG_CODES_EACH = 4;

export interface Answer {
  token: string;
  code: string;
}

/** Everything that can be answered before the database must be put back. @param now epoch ms */
export function answersOf(kind: Kind, people: readonly Person[], now: number): Answer[] {
  if (kind === 'right') return people.map(({ seed, token }) => ({ token, code: code(seed, stepAt(now)) }));
  const wrong = people.map(({ seed, token }) => ({ token, codes: wrongCodes(seed, now) }));
  const each = kind === 'wrong' ? WRONG_CODES_EACH : 1;
  // Everybody's first code, then everybody's second: nobody is asked twice in a row.
  return Array.from({ length: each }, (_, nth) =>
    wrong.map(({ token, codes }) => ({ token, code: codes[nth] ?? '' })),
  ).flat();
}

const code = (seed: Buffer, step: number): string =>
  codeAt((counter) => createHmac('sha256', seed).update(counter).digest(), step);

/** Distinct codes that none of the compared steps has, a minute from now neither. */
function wrongCodes(seed: Buffer, now: number): string[] {
  const soon = now + 60_000;
  const steps = new Set([now, soon].flatMap((at) => [...tooOldSteps(at), ...acceptedSteps(at)]));
  const near = new Set([...steps].map((step) => code(seed, step)));
  const wrong: string[] = [];
  for (let number = 0; wrong.length < WRONG_CODES_EACH; number++) {
    const typed = String(number).padStart(6, '0');
    if (!near.has(typed)) wrong.push(typed);
  }
  return wrong;
}

/** Outcomes that show that a row measured what it says; a random code may be some clock's (C-4a). */
export const expectedOutcomes = {
  wrong: ['wrong-code'],
  right: ['passed'],
  search: ['wrong-code', 'clock-off'],
} as const satisfies Record<Kind, readonly string[]>;
