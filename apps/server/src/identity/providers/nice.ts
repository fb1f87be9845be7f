import type { NiceSettings } from '../../provider-settings.ts';
import type { World } from '../../world.ts';
import { givenByNice } from '../gives.ts';
import {
  type Gives,
  type IdentityProvider,
  type IdentityResult,
  type IdentityStart,
  type ProviderState,
  ProviderUnavailableError,
  type StartedIdentity,
} from '../provider.ts';
import { type NiceAnswer, type NiceApi, type NiceToken, niceApi, wordOf } from './nice-api.ts';
import { type Opened, openResult } from './nice-crypto.ts';
import { certify, recordOf, textOf } from './person.ts';

/** In the address that NICE leads to when somebody closed the window. */
const CLOSED = 'closed';

/** NICE 통합인증: token, address of the window, result. */
export function nice(
  settings: NiceSettings,
  { world, timeoutMs }: { world: World; timeoutMs: number },
): IdentityProvider {
  const api = niceApi(settings, world, timeoutMs);
  const gives = givenByNice(settings);
  return {
    name: 'nice',
    gives,
    start: (request) => begin(settings, api, request),
    complete: (state, parameters) => complete(api, gives, state, parameters),
  };
}

async function begin(
  { url, services }: NiceSettings,
  api: NiceApi,
  { reference, returnUrl }: IdentityStart,
): Promise<StartedIdentity> {
  const { answer, token } = await withToken(api, '/auth/url', {
    request_no: reference,
    return_url: returnUrl,
    close_url: `${returnUrl}?${CLOSED}=1`,
    svc_types: services,
    method_type: 'GET',
  });
  if (answer.result_code !== '0000') throw new ProviderUnavailableError(`url-${wordOf(answer.result_code)}`);
  const window = textOf(answer.auth_url);
  const transactionId = textOf(answer.transaction_id);
  if (window === undefined || transactionId === undefined || !isWindow(window, url)) {
    throw new ProviderUnavailableError('url-unreadable');
  }
  return { state: { requestNo: reference, transactionId, ...token }, url: window };
}

/** A browser is led there: https, or whatever we ourselves speak with NICE's stand-in. */
const isWindow = (window: string, url: string): boolean =>
  URL.canParse(window) && ['https:', new URL(url).protocol].includes(new URL(window).protocol);

async function complete(
  api: NiceApi,
  gives: Gives,
  state: ProviderState,
  parameters: Readonly<Record<string, string>>,
): Promise<IdentityResult> {
  const webTransactionId = parameters.web_transaction_id;
  if (webTransactionId === undefined) {
    return parameters[CLOSED] === undefined ? failed('no-transaction') : { kind: 'cancelled' };
  }
  const ours = {
    request_no: String(state.requestNo),
    transaction_id: String(state.transactionId),
  };
  const begun: NiceToken = {
    accessToken: String(state.accessToken),
    ticket: String(state.ticket),
    iterators: Number(state.iterators),
  };
  const body = { web_transaction_id: webTransactionId, ...ours };
  const { answer, token } = await withToken(api, '/auth/result', body, begun);
  if (answer.result_code !== '0000') return failed(`result-${wordOf(answer.result_code)}`);
  if (!isAbout(answer, ours)) return failed('other-transaction');
  const opened = await open(answer, ours.transaction_id, [begun, token]);
  if (opened.kind === 'failed') return failed(opened.why);
  const said = parse(opened.text);
  if (said === undefined) return failed('malformed');
  if (!isAbout(said, ours)) return failed('other-transaction');
  const { name, mobile_no, birthdate, di } = said;
  return certify({ name, phone: mobile_no, birthDate: birthdate, di }, gives, ours.transaction_id);
}

const failed = (why: string): IdentityResult => ({ kind: 'failed', why });

/** Asks with the token that the transaction began with; once more with a new one when NICE does not take it. */
async function withToken(
  api: NiceApi,
  path: string,
  body: unknown,
  begun?: NiceToken,
): Promise<{ answer: NiceAnswer; token: NiceToken }> {
  const first = begun ?? (await api.token());
  const answer = await api.post(path, first.accessToken, body);
  if (answer !== undefined) return { answer, token: first };
  const second = await api.token(first);
  const again = await api.post(path, second.accessToken, body);
  if (again === undefined) throw new ProviderUnavailableError('unauthorized');
  return { answer: again, token: second };
}

/** Where an answer names the transaction it is about, it is ours. */
const isAbout = (
  answer: Readonly<Record<string, unknown>>,
  ours: Readonly<Record<string, string>>,
): boolean => Object.entries(ours).every(([name, value]) => (answer[name] ?? value) === value);

/** Which token's ticket seals a result that a second token fetched is not documented: the HMAC tells. */
async function open(answer: NiceAnswer, transactionId: string, tokens: NiceToken[]): Promise<Opened> {
  const encData = textOf(answer.enc_data);
  const integrityValue = textOf(answer.integrity_value);
  let opened: Opened = { kind: 'failed', why: 'wrong-mac' };
  if (encData === undefined || integrityValue === undefined) return opened;
  for (const token of new Set(tokens)) {
    opened = await openResult(token, transactionId, { encData, integrityValue });
    if (opened.kind === 'opened' || opened.why !== 'wrong-mac') return opened;
  }
  return opened;
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return recordOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}
