import type { IdentityAttempt } from '@motp/protocol';
import { isLocale, type Locale } from './locale.ts';

/**
 * What the page that starts an identity check hands to the window that goes to the provider. It never stands in an
 * address: who follows a link of somebody else has no secret, so that its result counts for nobody (PROTOCOL §3).
 */
export type Handover = Pick<IdentityAttempt, 'attempt' | 'secret' | 'url' | 'sdk'> & {
  /** The language of the page that starts it. */
  readonly lang?: Locale;
};

/** What the window's own session keeps until the provider has sent it back. */
export type KeptAttempt = Handover & {
  /** Origin of the page that opened the window and waits for its end. */
  readonly opener?: string;
  /** Path on this origin to go on at, where the check was started in this same tab. */
  readonly back?: string;
  /** What the provider appended to the return address, from then on. */
  readonly parameters?: Readonly<Record<string, string>>;
};

export type WindowMessage =
  | { readonly motp: 'identity-ready' }
  | { readonly motp: 'identity-done'; readonly attempt: string };

export type StarterMessage = { readonly motp: 'identity-start' } & Handover;

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null;
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

export const isReady = (data: unknown): boolean => isObject(data) && data.motp === 'identity-ready';

export const isDone = (data: unknown, attempt: string): boolean =>
  isObject(data) && data.motp === 'identity-done' && data.attempt === attempt;

/** What was handed over; undefined for anything else, and for an address that no window should go to. */
export function readHandover(data: unknown): Handover | undefined {
  if (!isObject(data) || data.motp !== 'identity-start') return undefined;
  return handoverOf(data);
}

function handoverOf({ attempt, secret, url, sdk, lang }: Members): Handover | undefined {
  if (!isText(attempt) || !isText(secret) || !isText(url) || !isWebAddress(url)) return undefined;
  const spoken = isLocale(lang) ? { lang } : {};
  return { attempt, secret, url, ...(isObject(sdk) ? { sdk } : {}), ...spoken };
}

/** Where the window goes. A page of ours that loads the provider's script finds the attempt by the fragment. */
export const addressOf = ({ attempt, url, sdk }: Handover): string =>
  sdk === undefined ? url : `${url}#${attempt}`;

export function isWebAddress(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

const PREFIX = 'motp-identity:';

/** Asked for each time: where storage is blocked, reading `sessionStorage` itself throws. */
export type Session = () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** @returns false where the browser keeps nothing */
export function keepAttempt(session: Session, kept: KeptAttempt): boolean {
  try {
    session().setItem(PREFIX + kept.attempt, JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

/** The attempt as this tab started it; undefined when it did not, or has ended it. */
export function keptAttempt(session: Session, attempt: string): KeptAttempt | undefined {
  try {
    const kept: unknown = JSON.parse(session().getItem(PREFIX + attempt) ?? 'null');
    if (!isObject(kept) || kept.attempt !== attempt) return undefined;
    const handover = handoverOf(kept);
    if (handover === undefined) return undefined;
    return {
      ...handover,
      ...(isText(kept.opener) ? { opener: kept.opener } : {}),
      ...(isPath(kept.back) ? { back: kept.back } : {}),
      ...(isObject(kept.parameters) ? { parameters: textsOf(kept.parameters) } : {}),
    };
  } catch {
    return undefined;
  }
}

const textsOf = (members: Members): Record<string, string> =>
  Object.fromEntries(
    Object.entries(members).filter((member): member is [string, string] => isText(member[1])),
  );

export function forgetAttempt(session: Session, attempt: string): void {
  try {
    session().removeItem(PREFIX + attempt);
  } catch {
    // What was never kept needs no forgetting.
  }
}

/** A path on this origin: `//host` and `/\host` would lead elsewhere. */
export const isPath = (value: unknown): value is string => isText(value) && /^\/(?![/\\])/.test(value);
