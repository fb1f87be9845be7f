import { parseCode } from '@motp/otp';
import type { IdentityMethod } from '@motp/protocol';
import { comparableName, isKoreanMobile, type PhoneNumber, parsePhone } from '../learners/rules.ts';
import { ATTEMPT_MS } from './rules.ts';

const MINUTE_MS = 60_000;

/** A window lasts as long as the attempt that opened it; what it found can be asked for an hour. */
export const WINDOW_MS = ATTEMPT_MS;
export const KEPT_MS = 60 * MINUTE_MS;
export const CODE_MS = 5 * MINUTE_MS;
export const MAX_WRONG_CODES = 5;
export const MAX_MESSAGES = 5;

/** The Korean carriers as the window of 휴대폰 본인확인 lists them; 알뜰폰 is everybody who rents a network. */
export const CARRIERS = ['skt', 'kt', 'lgu', 'mvno'] as const;

/** How a window ended. `hanging`: the browser went back, and the provider has no answer ready. */
export type Ending = 'certified' | 'cancelled' | 'failed' | 'hanging';

export type WindowField = 'name' | 'birthDate' | 'phone' | 'id' | 'password';

/** What a person types, as typed; a field that the window does not have is missing. */
export type Typed = Readonly<Partial<Record<WindowField, string>>>;

export interface Identified {
  readonly name: string;
  /** `yyyy-MM-dd` */
  readonly birthDate: string;
  readonly phone?: PhoneNumber;
}

const FIRST_YEAR = 1900;

/** `19900131`, also with dots, hyphens or spaces. @returns `yyyy-MM-dd`; undefined when nobody was born then */
export function parseBirthDate(text: string, today: string): string | undefined {
  const digits = text.normalize('NFKC').replace(/[\s.\-/‐-―−]/gu, '');
  const [, year = '', month = '', day = ''] = /^(\d{4})(\d{2})(\d{2})$/.exec(digits) ?? [];
  const date = `${year}-${month}-${day}`;
  const time = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date) return undefined;
  return Number(year) >= FIRST_YEAR && date <= today ? date : undefined;
}

function parseMobile(text: string): PhoneNumber | undefined {
  const phone = parsePhone(text);
  return phone && isKoreanMobile(phone) ? phone : undefined;
}

const fieldsOf: Readonly<Record<IdentityMethod, readonly WindowField[]>> = {
  phone: ['name', 'birthDate', 'phone'],
  ipin: ['id', 'password', 'name', 'birthDate'],
};

/**
 * Whoever is typed in is believed: a simulator has no register of persons. All fields that cannot be right are
 * named at once. @param today `yyyy-MM-dd` in Korea
 */
export function readPerson(
  method: IdentityMethod,
  typed: Typed,
  today: string,
): { kind: 'person'; person: Identified } | { kind: 'refused'; fields: WindowField[] } {
  const birthDate = parseBirthDate(typed.birthDate ?? '', today);
  const phone = parseMobile(typed.phone ?? '');
  const isGood: Record<WindowField, boolean> = {
    name: comparableName(typed.name ?? '') !== '',
    birthDate: birthDate !== undefined,
    phone: phone !== undefined,
    id: (typed.id ?? '').trim() !== '',
    password: (typed.password ?? '') !== '',
  };
  const fields = fieldsOf[method].filter((field) => !isGood[field]);
  if (fields.length > 0 || birthDate === undefined) return { kind: 'refused', fields };
  const person = { name: (typed.name ?? '').trim(), birthDate };
  return { kind: 'person', person: method === 'phone' && phone ? { ...person, phone } : person };
}

export interface SentCode {
  readonly code: string;
  /** epoch ms */
  readonly expiresAt: number;
}

export type CodeJudgement =
  | { kind: 'right' }
  /** `triesLeft` 0: the window has failed. */
  | { kind: 'wrong'; triesLeft: number }
  | { kind: 'not-a-code' }
  | { kind: 'code-expired' };

/** @param wrongBefore wrong codes of this window, over all its messages */
export function judgeCode(sent: SentCode, typed: string, wrongBefore: number, now: number): CodeJudgement {
  const code = parseCode(typed);
  if (code === undefined) return { kind: 'not-a-code' };
  if (now >= sent.expiresAt) return { kind: 'code-expired' };
  return code === sent.code
    ? { kind: 'right' }
    : { kind: 'wrong', triesLeft: Math.max(0, MAX_WRONG_CODES - wrongBefore - 1) };
}

/** Marked like the window, so that a message in the outbox is not taken for the app's own. */
export const codeText = (code: string, locale: 'ko' | 'en'): string =>
  locale === 'en'
    ? `[Mock identity check] Code ${code}\nType it in the window of the identity check within 5 minutes.`
    : `[모의 본인인증] 인증번호 ${code}\n본인인증 창에 5분 안에 입력해 주세요.`;

const results: Readonly<Record<Ending, string>> = {
  certified: 'ok',
  cancelled: 'cancelled',
  failed: 'failed',
  // Who hangs behind the window does so unseen: the browser returns as if all were well.
  hanging: 'ok',
};

/** What a provider appends: a word for the browser, which the server never believes. */
export const redirectTo = (returnUrl: string, ending: Ending): string =>
  `${returnUrl}?result=${results[ending]}`;
