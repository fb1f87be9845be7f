import type { IdentityField, IdentityMethod } from '@motp/protocol';

const MINUTE_MS = 60_000;

/** Starting an attempt extends its check once, to this long from then; the attempt lasts as long (PROTOCOL §3). */
export const ATTEMPT_MS = 10 * MINUTE_MS;

/** A claim that was not settled by then belongs to a process that is gone: the result may be fetched again. */
export const CLAIM_MS = MINUTE_MS;

/**
 * Every attempt costs money: so many in 24 hours of one check, registration or app, and of one number: for checks
 * under one name, for registrations from one address.
 */
export const MAX_ATTEMPTS = 5;
export const MAX_ATTEMPTS_A_DAY = 20;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** Who is expected, as keyed hashes; `undefined` where we know nothing to compare. */
export interface Expected {
  readonly nameKey: string;
  readonly phoneKey?: string | undefined;
  /** `yyyy-MM-dd` */
  readonly birthDate?: string | undefined;
  /** Kept from an earlier certified check that matched by number. */
  readonly diKey?: string | undefined;
}

/** Whom the provider named, as keyed hashes; `undefined` where it said nothing. */
export type Certified = Expected;

export type Comparison =
  | { kind: 'match'; by: readonly ('phone' | 'birthDate' | 'di')[] }
  | { kind: 'differs'; field: IdentityField }
  /** The name alone never passes. */
  | { kind: 'nothing-to-compare' };

/** C-6: the name, and at least one of number, birth date and kept DI. */
export function compare(expected: Expected, certified: Certified): Comparison {
  if (expected.nameKey !== certified.nameKey) return { kind: 'differs', field: 'name' };
  const fields = [
    ['phone', expected.phoneKey, certified.phoneKey],
    ['birthDate', expected.birthDate, certified.birthDate],
    ['di', expected.diKey, certified.diKey],
  ] as const;
  const compared = fields.filter(([, ours, theirs]) => ours !== undefined && theirs !== undefined);
  const by = compared.filter(([, ours, theirs]) => ours === theirs).map(([field]) => field);
  if (by.length > 0) return { kind: 'match', by };
  const first = compared[0]?.[0];
  if (first === undefined) return { kind: 'nothing-to-compare' };
  // Another DI is another person; which of our fields is wrong then is the number that it was kept for.
  return { kind: 'differs', field: first === 'di' ? 'phone' : first };
}

/** Whether anything could be compared at all; if not, the method is not offered (C-6). */
export function isComparable(
  gives: { phone: boolean; birthDate: boolean; di: boolean },
  known: { phone: boolean; birthDate: boolean; di: boolean },
): boolean {
  return (gives.phone && known.phone) || (gives.birthDate && known.birthDate) || (gives.di && known.di);
}

/** The identity checks that a deployment has, in the order in which they are offered. */
export const methodsOf = (providers: Readonly<Partial<Record<IdentityMethod, unknown>>>): IdentityMethod[] =>
  (['phone', 'ipin'] as const).filter((method) => providers[method] !== undefined);
