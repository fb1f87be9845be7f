import {
  IdentityVerificationClient,
  IdentityVerificationError,
} from '@portone/server-sdk/identityVerification';
import { nationalDigits } from '../../learners/rules.ts';
import type { PortOneSettings } from '../../provider-settings.ts';
import {
  type IdentityProvider,
  type IdentityResult,
  type IdentityStart,
  type ProviderState,
  ProviderUnavailableError,
  type StartedIdentity,
} from '../provider.ts';
import { certify, recordOf } from './person.ts';

export interface PortOneOptions {
  /** Where the page that loads PortOne's script stands (R-4a). */
  publicUrl: string;
  timeoutMs: number;
}

/**
 * PortOne V2. Its window is opened by its script in our page; the result is asked of its server by the id that we
 * chose, and never taken from the browser.
 */
export function portone(
  settings: PortOneSettings,
  { publicUrl, timeoutMs }: PortOneOptions,
): IdentityProvider {
  const { storeId, apiSecret, apiUrl } = settings;
  const client = IdentityVerificationClient({ secret: apiSecret, baseUrl: apiUrl, storeId });
  const fetchResult = (identityVerificationId: string): Promise<unknown> =>
    within(timeoutMs, client.getIdentityVerification({ identityVerificationId, storeId }));
  return {
    name: 'portone',
    gives: settings.gives,
    start: async (request) => begin(settings, publicUrl, request),
    complete: (state, parameters) => complete(settings, fetchResult, state, parameters),
  };
}

const begin = (
  { storeId, channelKey }: PortOneSettings,
  publicUrl: string,
  { reference, returnUrl, person }: IdentityStart,
): StartedIdentity => ({
  state: { identityVerificationId: reference },
  url: `${publicUrl}/identity/portone`,
  sdk: {
    storeId,
    channelKey,
    identityVerificationId: reference,
    customer: {
      fullName: person.name,
      // Danal fixes the number in its window and takes Korean digits alone.
      ...(person.phone?.startsWith('+82') ? { phoneNumber: nationalDigits(person.phone) } : {}),
    },
    redirectUrl: returnUrl,
    forceRedirect: true,
  },
});

async function complete(
  settings: PortOneSettings,
  fetchResult: (id: string) => Promise<unknown>,
  state: ProviderState,
  parameters: Readonly<Record<string, string>>,
): Promise<IdentityResult> {
  const id = String(state.identityVerificationId);
  if ((parameters.identityVerificationId ?? id) !== id) return failed('other-transaction');
  if (parameters.code !== undefined) {
    return isCancelled(parameters) ? { kind: 'cancelled' } : failed('refused-in-window');
  }
  const answer = await read(fetchResult(id));
  if (answer === 'not-found') return failed('unknown-transaction');
  const verification = recordOf(answer);
  if (verification === undefined) return failed('malformed');
  if (verification.id !== id) return failed('other-transaction');
  return resultOf(settings, id, verification);
}

const failed = (why: string): IdentityResult => ({ kind: 'failed', why });

/** The agencies behind PortOne say it in codes and words of their own; it decides no more than the words shown. */
const isCancelled = ({ code, message, pgCode, pgMessage }: Readonly<Record<string, string>>): boolean =>
  [code, message, pgCode, pgMessage].some((text) => /cancel|취소/i.test(text ?? ''));

function resultOf(
  { channelKey, gives }: PortOneSettings,
  id: string,
  verification: Readonly<Record<string, unknown>>,
): IdentityResult {
  const { status, channel, verifiedCustomer, pgTxId } = verification;
  if (status === 'READY') return failed('not-verified');
  if (status === 'FAILED') return failed('refused-by-provider');
  if (status !== 'VERIFIED') return failed('unknown-status');
  // The browser names the channel: through a test channel of the same store anybody could be anybody.
  if (recordOf(channel)?.key !== channelKey) return failed('other-channel');
  const customer = recordOf(verifiedCustomer);
  if (customer === undefined) return failed('malformed');
  const { name, phoneNumber, birthDate, di } = customer;
  return certify({ name, phone: phoneNumber, birthDate, di }, gives, `${id} ${pgTxId}`);
}

/** @throws ProviderUnavailableError for whatever leaves open how the check ended */
async function read(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ProviderUnavailableError) throw error;
    if (error instanceof SyntaxError) throw new ProviderUnavailableError('unreadable');
    if (!(error instanceof IdentityVerificationError)) throw new ProviderUnavailableError('unreachable');
    const type: unknown = error.data.type;
    if (type === 'IDENTITY_VERIFICATION_NOT_FOUND') return 'not-found';
    const isOurs = type === 'UNAUTHORIZED' || type === 'FORBIDDEN' || type === 'INVALID_REQUEST';
    throw new ProviderUnavailableError(isOurs ? type.toLowerCase() : 'at-fault');
  }
}

/** The SDK takes no signal: its late answer is not waited for and comes to nothing. */
async function within<T>(timeoutMs: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ProviderUnavailableError('timeout')), timeoutMs);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
