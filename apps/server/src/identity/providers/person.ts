import { type PhoneNumber, parsePhone } from '../../learners/rules.ts';
import type { CertifiedPerson, Gives, IdentityResult } from '../provider.ts';

/** What a provider said of a person, before anybody looked at it. */
export interface Claimed {
  name: unknown;
  phone?: unknown;
  birthDate?: unknown;
  di?: unknown;
}

/**
 * Takes what can be compared and leaves the rest: what is no number or no day counts as not given. Without a name
 * there is no person.
 */
export function certify(claimed: Claimed, gives: Gives, transaction: string): IdentityResult {
  const name = textOf(claimed.name);
  if (name === undefined) return { kind: 'failed', why: 'malformed' };
  const person: CertifiedPerson = {
    name,
    phone: gives.phone ? phoneOf(claimed.phone) : undefined,
    birthDate: gives.birthDate ? birthDateOf(claimed.birthDate) : undefined,
    di: gives.di ? textOf(claimed.di) : undefined,
    transaction,
  };
  return { kind: 'certified', person };
}

export function textOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : text;
}

const phoneOf = (value: unknown): PhoneNumber | undefined => {
  const text = textOf(value);
  return text === undefined ? undefined : parsePhone(text);
};

/**
 * `yyyy-MM-dd` or `yyyyMMdd`. @returns `yyyy-MM-dd`; undefined when there is no such day, or no year (0000, as OpenID
 * Connect lets a provider hide it)
 */
export function birthDateOf(value: unknown): string | undefined {
  const [, year, month, day] =
    /^(\d{4})-(\d\d)-(\d\d)$/.exec(textOf(value) ?? '') ??
    /^(\d{4})(\d\d)(\d\d)$/.exec(textOf(value) ?? '') ??
    [];
  const date = `${year}-${month}-${day}`;
  const parsed = new Date(`${date}T00:00:00Z`);
  return date > '1800' && !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date)
    ? date
    : undefined;
}

/** A JSON object or undefined. */
export const recordOf = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
