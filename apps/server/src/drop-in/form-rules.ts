import type { Occasion } from '@motp/protocol';
import { type Answered, answered, messages, occasionOf, roundOf } from './rules.ts';

/** The fields of a form, each once; what was not sent is not there. */
export type Form = ReadonlyMap<string, string>;

const MAX_VALUE = 300;

/**
 * A form body (`application/x-www-form-urlencoded`, UTF-8). Hostile: what does not decode, a field that comes twice, a
 * text that cannot be stored or is longer than anything known is refused whole.
 * @returns undefined for what is no such form
 */
export function readForm(body: string): Form | undefined {
  const form = new Map<string, string>();
  for (const pair of body.split('&')) {
    if (pair === '') continue;
    const [name, value] = splitPair(pair).map(decoded);
    if (name === undefined || value === undefined || form.has(name)) return undefined;
    form.set(name, value);
  }
  return form;
}

function splitPair(pair: string): [string, string] {
  const equals = pair.indexOf('=');
  return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
}

function decoded(text: string): string | undefined {
  try {
    const value = decodeURIComponent(text.replaceAll('+', ' '));
    const isGood = value.length <= MAX_VALUE && value.isWellFormed() && !value.includes('\0');
    return isGood ? value : undefined;
  } catch {
    return undefined;
  }
}

export const field = (form: Form, name: string): string => form.get(name)?.trim() ?? '';

/** For which learner and occasion a page calls. */
export interface Subject {
  readonly learner: string;
  readonly course: string;
  readonly round: string;
  readonly occasion: Occasion;
}

const MAX_ID = 64;

/** Lone surrogates never decode, so nothing else is left that cannot be stored. */
const isId = (text: string): boolean => text !== '' && text.length <= MAX_ID && !/\p{Cc}/u.test(text);

export const unreadable = (name: string): Answered => answered('WE004', `${messages.WE004} (${name})`);

/** USRID: the learner's id at the institution. */
export function readLearner(form: Form): string | Answered {
  const learner = field(form, 'USRID');
  return isId(learner) ? learner : unreadable('USRID');
}

/** What all calls for an occasion say of it; fields of ours are known by name, all others are ignored. */
export function readSubject(form: Form, more: { isEntry?: boolean } = {}): Subject | Answered {
  const learner = readLearner(form);
  if (typeof learner !== 'string') return learner;
  const course = field(form, 'COURSE_AGENT_PK');
  if (!isId(course)) return unreadable('COURSE_AGENT_PK');
  const round = roundOf(field(form, 'CLASS_AGENT_PK'));
  if (round !== '' && !isId(round)) return unreadable('CLASS_AGENT_PK');
  const occasion = more.isEntry
    ? ({ kind: 'entry', number: 1 } as const)
    : occasionOf(field(form, 'EVAL_CD'), field(form, 'CLASS_TME'));
  return typeof occasion === 'string' ? unreadable(occasion) : { learner, course, round, occasion };
}

export const isAnswered = (read: object): read is Answered => 'code' in read && 'msg' in read;

const MAX_NAME = 100;

/** USER_NM, as it may be kept; everything about names is decided where all names are compared (C-3). */
export function readName(form: Form): { name: string } | Answered {
  const name = field(form, 'USER_NM');
  if (name === '') return answered('AP002');
  return name.length > MAX_NAME || /\p{Cc}/u.test(name) ? unreadable('USER_NM') : { name };
}
