import { createHmac } from 'node:crypto';
import { acceptedSteps, codeAt, stepAt, tooOldSteps } from '@motp/otp';
import type { Person } from './people.ts';

/**
 * `wrong`: a wrong code; `right`: one that passes and carries a receipt; `attack`: nine wrong codes on registrations
 * that lock and are guessed at further, to one right code of somebody else; `search`: the first wrong code of a check.
 */
export type Kind = 'wrong' | 'right' | 'attack' | 'search';

export const KINDS: readonly Kind[] = ['wrong', 'right', 'attack', 'search'];

/** A fifth wrong code would lock, and a lock is answered without comparing anything (C-5). */
const WRONG_CODES_EACH = 4;
/** Of which five are counted and the others find a locked registration. */
const GUESSES_EACH = 10;
/** The next guess at a registration comes when guessing at ten others has begun. */
const BEGUN_BETWEEN = 10;

export interface Answer {
  nth: number;
  token: string;
  code: string;
  isRight: boolean;
}

/** Everything that can be answered before the database must be put back. @param now epoch ms */
export const answersOf = (kind: Kind, people: readonly Person[], now: number): Answer[] =>
  makers[kind](people, now);

type Maker = (people: readonly Person[], now: number) => Answer[];

const makers: Record<Kind, Maker> = {
  right: (people, now) => people.map((person) => rightAnswer(person, now)),
  // Everybody's first code, then everybody's second: nobody is asked twice in a row.
  wrong: (people, now) => transposed(people.map((person) => wrongAnswers(person, now, WRONG_CODES_EACH))),
  search: (people, now) => people.flatMap((person) => wrongAnswers(person, now, 1)),
  attack: (people, now) => attack(people, now),
};

/**
 * Nine guesses at registrations of others, then somebody's right code. Ten guesses at each, the first at one beside the
 * last at another, so that the mix soon stays the same and those who are answered together are different people.
 */
function attack(people: readonly Person[], now: number): Answer[] {
  const guessedAt = Math.floor((people.length * 9) / 19);
  const guesses = people
    .slice(0, guessedAt)
    .flatMap((person, nth) =>
      wrongAnswers(person, now, GUESSES_EACH).map((answer, time) => ({
        answer,
        at: nth + time * BEGUN_BETWEEN,
      })),
    )
    .sort((a, b) => a.at - b.at)
    .map(({ answer }) => answer);
  return people
    .slice(guessedAt)
    .flatMap((person, nth) => [...guesses.slice(nth * 9, nth * 9 + 9), rightAnswer(person, now)])
    .slice(0, Math.floor((guesses.length / 9) * 10));
}

function rightAnswer({ nth, seed, checks }: Person, now: number): Answer {
  return { nth, token: checks[0]?.token ?? '', code: code(seed, stepAt(now)), isRight: true };
}

function wrongAnswers({ nth, seed, checks }: Person, now: number, count: number): Answer[] {
  return wrongCodes(seed, now, count).map((code, index) => ({
    ...{ nth, code, isRight: false },
    token: checks[index % checks.length]?.token ?? '',
  }));
}

function transposed<T>(rows: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...rows.map(({ length }) => length));
  return Array.from({ length: longest }, (_, nth) => rows.flatMap((row) => row.slice(nth, nth + 1))).flat();
}

export function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

const code = (seed: Buffer, step: number): string =>
  codeAt((counter) => createHmac('sha256', seed).update(counter).digest(), step);

/** Distinct codes that none of the compared steps has, a minute from now neither. */
function wrongCodes(seed: Buffer, now: number, count: number): string[] {
  const soon = now + 60_000;
  const steps = new Set([now, soon].flatMap((at) => [...tooOldSteps(at), ...acceptedSteps(at)]));
  const near = new Set([...steps].map((step) => code(seed, step)));
  const wrong: string[] = [];
  for (let number = 0; wrong.length < count; number++) {
    const typed = String(number).padStart(6, '0');
    if (!near.has(typed)) wrong.push(typed);
  }
  return wrong;
}

/** Outcomes that show that a row measured what it says; a random code may be some clock's (C-4a). */
export const expectedOutcomes = {
  wrong: ['wrong-code'],
  right: ['passed'],
  attack: ['wrong-code', 'locked', 'passed'],
  search: ['wrong-code', 'clock-off'],
} as const satisfies Record<Kind, readonly string[]>;
