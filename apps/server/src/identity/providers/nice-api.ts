import type { NiceSettings } from '../../provider-settings.ts';
import type { World } from '../../world.ts';
import { ProviderUnavailableError } from '../provider.ts';
import type { Ticket } from './nice-crypto.ts';
import { recordOf } from './person.ts';

export type NiceAnswer = Readonly<Record<string, unknown>> & { readonly result_code: string };

export interface NiceToken extends Ticket {
  accessToken: string;
}

export interface NiceApi {
  /** A token that outlasts a transaction begun now; `fresh` when the one of before is refused. */
  token(refused?: NiceToken): Promise<NiceToken>;
  /** @returns the answer, or undefined when NICE does not take the token */
  post(path: string, accessToken: string, body: unknown): Promise<NiceAnswer | undefined>;
}

const MINUTE_MS = 60_000;
/** A transaction lasts 10 minutes and ends with the token that it began with. */
const MARGIN_MS = 15 * MINUTE_MS;
/** PBKDF2 runs that often for every result: more is no answer of NICE's. */
const MAX_ITERATORS = 1_000_000;

/** The access token ran out, or is not NICE's any more. */
const TOKEN_REFUSED = ['1003', '1004'];

/** @throws ProviderUnavailableError from both, with a word that says why */
export function niceApi(settings: NiceSettings, world: World, timeoutMs: number): NiceApi {
  const { clientId, clientSecret, url } = settings;
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64url')}`;
  let kept: { token: Promise<NiceToken>; value?: NiceToken; until: number } | undefined;
  const fetchToken = async (): Promise<{ token: NiceToken; until: number }> => {
    const request_no = world.random(16).toString('hex');
    const body = { grant_type: 'client_credentials', request_no };
    return tokenOf(await exchange(`${url}/auth/token`, basic, body, timeoutMs));
  };
  const renew = (): Promise<NiceToken> => {
    const fetched = fetchToken();
    const entry: NonNullable<typeof kept> = {
      token: fetched.then(({ token }) => token),
      until: Number.POSITIVE_INFINITY,
    };
    kept = entry;
    fetched.then(
      ({ token, until }) => Object.assign(entry, { value: token, until }),
      () => {
        if (kept === entry) kept = undefined;
      },
    );
    return entry.token;
  };
  return {
    token(refused) {
      const isOver = kept === undefined || world.now() + MARGIN_MS >= kept.until;
      const isRefused = refused !== undefined && kept?.value?.accessToken === refused.accessToken;
      return kept === undefined || isOver || isRefused ? renew() : kept.token;
    },
    async post(path, accessToken, body) {
      const answer = await exchange(`${url}${path}`, `Bearer ${accessToken}`, body, timeoutMs);
      return answer.status === 401 || TOKEN_REFUSED.includes(answer.body.result_code)
        ? undefined
        : taken(answer);
    },
  };
}

interface Exchanged {
  status: number;
  body: NiceAnswer;
}

async function exchange(
  url: string,
  authorization: string,
  body: unknown,
  timeoutMs: number,
): Promise<Exchanged> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-intc-devlang': 'Linux/Node.js', authorization },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await response.text();
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    throw new ProviderUnavailableError(isLate ? 'timeout' : 'unreachable');
  }
  const answer = answerOf(text);
  if (answer === undefined || response.status >= 500) {
    throw new ProviderUnavailableError(response.ok ? 'unreadable' : `http-${response.status}`);
  }
  return { status: response.status, body: answer };
}

function answerOf(text: string): NiceAnswer | undefined {
  try {
    const answer = recordOf(JSON.parse(text));
    const code = answer?.result_code;
    return typeof code === 'string' ? { ...answer, result_code: code } : undefined;
  } catch {
    return undefined;
  }
}

/** 1xxx is about the caller (token, address that is not on the list) and 9xxx about NICE: neither is a result. */
function taken({ status, body }: Exchanged): NiceAnswer {
  const { result_code } = body;
  if (/^[19]\d{3}$/.test(result_code)) throw new ProviderUnavailableError(`result-${result_code}`);
  if (result_code === '0000' && status >= 400) throw new ProviderUnavailableError(`http-${status}`);
  return body;
}

function tokenOf({ status, body }: Exchanged): { token: NiceToken; until: number } {
  const { result_code, access_token, ticket, iterators, expires_in } = body;
  if (status >= 400 || result_code !== '0000')
    throw new ProviderUnavailableError(`token-${wordOf(result_code)}`);
  const rounds = Number(iterators);
  const isWhole = Number.isInteger(rounds) && rounds > 0 && rounds <= MAX_ITERATORS;
  if (typeof access_token !== 'string' || typeof ticket !== 'string' || !isWhole) {
    throw new ProviderUnavailableError('token-unreadable');
  }
  const until = Number(expires_in);
  return {
    token: { accessToken: access_token, ticket, iterators: rounds },
    // Without a time the token serves one transaction.
    until: Number.isFinite(until) ? until : 0,
  };
}

/** NICE's codes are four digits; anything else is not repeated in a log. */
export const wordOf = (code: string): string => (/^\w{1,10}$/.test(code) ? code : 'refused');
