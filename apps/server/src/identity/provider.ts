import type { IdentityMethod } from '@motp/protocol';
import type { PhoneNumber } from '../learners/rules.ts';

/** A person as a certified provider names them. What a provider does not give is undefined. */
export interface CertifiedPerson {
  readonly name: string;
  readonly phone?: PhoneNumber | undefined;
  /** `yyyy-MM-dd` */
  readonly birthDate?: string | undefined;
  /** 중복가입확인정보: the same for one person at one site, of no meaning elsewhere. */
  readonly di?: string | undefined;
  /** The provider's own name of this transaction: a result counts once. */
  readonly transaction: string;
}

/** What a provider says of a person besides the name: nothing is compared that it does not give (C-6). */
export interface Gives {
  readonly phone: boolean;
  readonly birthDate: boolean;
  readonly di: boolean;
}

export interface IdentityStart {
  readonly method: IdentityMethod;
  /** Letters and digits, 32 of them, new for every attempt: the provider's id of our request. */
  readonly reference: string;
  /** Where the provider sends the browser back; it appends its own parameters. */
  readonly returnUrl: string;
  /** Who is expected; a provider may fix the fields of its window with it. */
  readonly person: { readonly name: string; readonly phone?: PhoneNumber; readonly birthDate?: string };
  readonly locale: 'ko' | 'en';
}

/** JSON that the adapter wants back with the result; it is sealed in the attempt's row. */
export type ProviderState = Readonly<Record<string, string | number | null>>;

export interface StartedIdentity {
  readonly state: ProviderState;
  /** The provider's window, or a page of ours that loads its script with `sdk`. */
  readonly url: string;
  readonly sdk?: Readonly<Record<string, unknown>>;
}

export type IdentityResult =
  | { readonly kind: 'certified'; readonly person: CertifiedPerson }
  | { readonly kind: 'cancelled' }
  /** Refused, forged, malformed or for another transaction; `why` is for the log: a word, never a value. */
  | { readonly kind: 'failed'; readonly why: string };

/**
 * A certified identity provider behind two calls. The result is always fetched from server to server; what the
 * browser brings back only says which result to fetch.
 * @throws ProviderUnavailableError from both, when the provider cannot be reached, is too slow or is at fault
 */
export interface IdentityProvider {
  readonly name: string;
  readonly gives: Gives;
  start(request: IdentityStart): Promise<StartedIdentity>;
  /** @param parameters what the provider appended to the return address, by name */
  complete(state: ProviderState, parameters: Readonly<Record<string, string>>): Promise<IdentityResult>;
}

/** The provider gave no answer: nothing is known of the person, and the attempt may be completed again. */
export class ProviderUnavailableError extends Error {
  override name = 'ProviderUnavailableError';
}

/** Which provider serves which method; a method without one is not offered. */
export type IdentityProviders = Readonly<Partial<Record<IdentityMethod, IdentityProvider>>>;
