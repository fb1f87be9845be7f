import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { type IdentityResult, ProviderUnavailableError } from '../provider.ts';

/** What the learner's "no" is called, by the standard and by providers. */
const CANCELLED = ['access_denied', 'user_cancelled', 'user_cancelled_login', 'consent_required'];

/** The library's codes for an answer that was checked and is not what it should be. */
const WHY: Readonly<Record<string, string>> = {
  OAUTH_INVALID_RESPONSE: 'wrong-response',
  OAUTH_JWT_CLAIM_COMPARISON_FAILED: 'wrong-claim',
  OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED: 'wrong-subject',
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED: 'wrong-time',
  OAUTH_KEY_SELECTION_FAILED: 'unknown-key',
  OAUTH_RESPONSE_IS_NOT_JSON: 'malformed',
  OAUTH_UNSUPPORTED_OPERATION: 'unsupported',
};

/**
 * What an error of openid-client means.
 * @throws ProviderUnavailableError when nothing is known of the person
 */
export function verdictOf(error: unknown): IdentityResult {
  if (error instanceof AuthorizationResponseError) {
    return CANCELLED.includes(error.error) ? { kind: 'cancelled' } : failed('refused-in-window');
  }
  if (error instanceof ResponseBodyError) {
    // Only the code is the browser's; every other refusal is about us or about the provider (RFC 6749 §5.2).
    if (error.error === 'invalid_grant') return failed('code-refused');
    throw new ProviderUnavailableError(error.status >= 500 ? 'at-fault' : 'unauthorized');
  }
  if (error instanceof WWWAuthenticateChallengeError) throw new ProviderUnavailableError('unauthorized');
  if (error instanceof ClientError && error.code !== undefined) {
    const isMalformed = error.code === 'OAUTH_PARSE_ERROR' && isCausedBy('SyntaxError', error);
    const why = isMalformed ? 'malformed' : WHY[error.code];
    if (why !== undefined) return failed(why);
    throw new ProviderUnavailableError(isCausedBy('TimeoutError', error) ? 'timeout' : 'at-fault');
  }
  if (isUnreachable(error)) throw new ProviderUnavailableError('unreachable');
  throw error;
}

/** The library says "parsing" of a body that never arrived, too. */
const isCausedBy = (name: string, error: unknown): boolean =>
  error instanceof Error && (error.name === name || isCausedBy(name, error.cause));

const failed = (why: string): IdentityResult => ({ kind: 'failed', why });

/** `fetch` says "cannot be reached" by a TypeError with the reason in its cause. */
const isUnreachable = (error: unknown): boolean =>
  (error instanceof TypeError && error.cause !== undefined) || error instanceof ClientError;
