import { type Code, parseCode } from '@motp/otp';
import type { Answer, CheckState, Judgement, RegistrationState } from './rules.ts';

export const STEP_MS = 60_000;

/** A step in whose middle, half a minute in, only its own code is accepted. */
export const STEP = 29_923_380;
export const MIDDLE = STEP * STEP_MS + 30_000;
export const DAY_MS = 24 * 60 * 60_000;

/** The codes of these tests tell their step, so that no two of a million steps are alike. */
export const codeOfStep = (step: number): Code => code(String(step % 1_000_000).padStart(6, '0'));

/** Wrong for every step within half a million of the tests' own. */
export const wrongCode = (nth = 0): Code => codeOfStep(STEP + 500_000 + nth);

function code(text: string): Code {
  const parsed = parseCode(text);
  if (!parsed) throw new Error(`${text} is no code`);
  return parsed;
}

export const keyOf = (typed: Code): string => `key of ${typed}`;

export const answer = (typed: Code, now = MIDDLE): Answer => ({
  code: typed,
  now,
  codeOf: codeOfStep,
  keyOf,
});

/** Comparing is forbidden: whoever calls this finds out that it was done all the same. */
export const uncompared = (typed: Code, now = MIDDLE): Answer => ({
  code: typed,
  now,
  codeOf: () => forbidden(),
  keyOf: () => forbidden(),
});

function forbidden(): never {
  throw new Error('a code was compared that must not be');
}

export const openCheck: CheckState = {
  nameKey: 'name-1',
  status: 'open',
  expiresAt: MIDDLE + 10 * STEP_MS,
  passedAt: null,
  wrong: null,
  clockSearched: false,
};

export const fresh: RegistrationState = {
  nameKey: 'name-1',
  lastStep: -1,
  spent: [],
  failures: 0,
  failedAt: [],
  lockedAt: null,
  usedAt: MIDDLE - DAY_MS,
};

export const locked: RegistrationState = { ...fresh, failures: 5, failedAt: [MIDDLE], lockedAt: MIDDLE };

export function expectKind<Kind extends Judgement['kind']>(
  judgement: Judgement,
  kind: Kind,
): Extract<Judgement, { kind: Kind }> {
  if (judgement.kind !== kind) throw new Error(`judged ${judgement.kind}, not ${kind}`);
  return judgement as Extract<Judgement, { kind: Kind }>;
}
