import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PortOneSettings } from '../../provider-settings.ts';
import type { StartedIdentity } from '../provider.ts';
import { attempt, HURRY_MS, PUBLIC_URL, TIMEOUT_MS, whyUnavailable } from './attempt.fixture.ts';
import { type PortOneStandIn, type Sdk, startPortOne } from './portone.fixture.ts';
import { portone } from './portone.ts';
import type { Said } from './stand-in.fixture.ts';

const reference = attempt().reference;
const 홍길동 = { name: '홍길동', phoneNumber: '01012345678', birthDate: '1990-03-01', ci: 'CI', di: 'DI-1' };
const certified = {
  kind: 'certified',
  person: {
    name: '홍길동',
    phone: '+821012345678',
    birthDate: '1990-03-01',
    di: 'DI-1',
    transaction: `${reference} pg-1`,
  },
};

let server: PortOneStandIn;
let settings: PortOneSettings;
beforeEach(async () => {
  server = await startPortOne('portone-secret', 'store-1');
  settings = {
    ...{ kind: 'portone', storeId: 'store-1', channelKey: 'channel-1', apiSecret: 'portone-secret' },
    apiUrl: server.url,
    gives: { phone: true, birthDate: true, di: true },
  };
});
afterEach(() => server.close());

const provider = (changed: Partial<PortOneSettings> = {}, timeoutMs = TIMEOUT_MS) =>
  portone({ ...settings, ...changed }, { publicUrl: PUBLIC_URL, timeoutMs });
const sdkOf = (started: StartedIdentity) => started.sdk as unknown as Sdk;

async function begun(changed: Partial<PortOneSettings> = {}, timeoutMs = TIMEOUT_MS) {
  const adapter = provider(changed, timeoutMs);
  const started = await adapter.start(attempt());
  const sdk = sdkOf(started);
  const complete = (parameters: Record<string, string>) => adapter.complete(started.state, parameters);
  return { started, sdk, complete };
}

describe('C-6 PortOne', () => {
  it('C-6 the window is opened by a page of ours, bound to the person whom it is for', async () => {
    const { started } = await begun();
    expect(started).toEqual({
      state: { identityVerificationId: reference },
      url: 'https://motp.example/identity/portone',
      sdk: {
        storeId: 'store-1',
        channelKey: 'channel-1',
        identityVerificationId: reference,
        customer: { fullName: '홍길동', phoneNumber: '01012345678' },
        redirectUrl: attempt().returnUrl,
        forceRedirect: true,
      },
    });
    expect(server.asked).toEqual([]);
  });

  it('C-6 the result is fetched from server to server and names the person', async () => {
    const { sdk, complete } = await begun();
    expect(await complete(server.verify(sdk, 홍길동))).toEqual(certified);
    expect(
      server.asked.map(({ method, url, headers }) => [method, url.pathname, headers.authorization]),
    ).toEqual([['GET', `/identity-verifications/${reference}`, 'PortOne portone-secret']]);
  });

  it('C-6 the same result, fetched twice, is the same transaction: it counts once', async () => {
    const { sdk, complete } = await begun();
    const parameters = server.verify(sdk, 홍길동);
    expect([await complete(parameters), await complete({})]).toEqual([certified, certified]);
  });

  it('C-6 a number that the contract does not give is not given', async () => {
    const { sdk, complete } = await begun();
    const { phoneNumber: _, ...rest } = 홍길동;
    expect(await complete(server.verify(sdk, rest))).toEqual({
      kind: 'certified',
      person: { ...certified.person, phone: undefined },
    });
    expect(provider({ gives: { phone: false, birthDate: true, di: true } }).gives.phone).toBe(false);
  });

  it.each<[string, Record<string, string>, string]>([
    ['the SDK', { code: 'Cancelled', message: 'x' }, 'cancelled'],
    [
      'the agency',
      { code: 'PGProviderError', pgCode: '2000', pgMessage: '사용자가 취소하였습니다' },
      'cancelled',
    ],
    ['the window', { code: 'FAILURE_TYPE_PG', message: '[결제실패] user_cancel' }, 'cancelled'],
  ])('C-6 a learner who gave up, in the words of %s, is cancelled', async (_who, parameters, kind) => {
    const { sdk, complete } = await begun();
    expect(await complete({ ...server.open(sdk), ...parameters })).toEqual({ kind });
  });

  it('C-6 an error in the window is a failure, whatever the server would say', async () => {
    const { sdk, complete } = await begun();
    const parameters = { ...server.verify(sdk, 홍길동), code: 'PGProviderError', message: 'error' };
    expect(await complete(parameters)).toEqual({ kind: 'failed', why: 'refused-in-window' });
  });

  it('C-6 a window that nobody went on with certifies nobody', async () => {
    const { sdk, complete } = await begun();
    expect(await complete(server.open(sdk))).toEqual({ kind: 'failed', why: 'not-verified' });
  });

  it('C-6 a refusal of the agency is a failure', async () => {
    const { sdk, complete } = await begun();
    expect(await complete(server.fail(sdk))).toEqual({ kind: 'failed', why: 'refused-by-provider' });
  });

  it('C-6 the id of another transaction in the return address fetches nothing', async () => {
    const { complete } = await begun();
    const parameters = server.verify(
      { identityVerificationId: 'f'.repeat(32), channelKey: 'channel-1' },
      홍길동,
    );
    expect(await complete(parameters)).toEqual({ kind: 'failed', why: 'other-transaction' });
    expect(server.asked).toEqual([]);
  });

  it('C-6 a channel that the browser chose, of tests for example, certifies nobody', async () => {
    const { sdk, complete } = await begun();
    const parameters = server.verify({ ...sdk, channelKey: 'channel-test' }, 홍길동);
    expect(await complete(parameters)).toEqual({ kind: 'failed', why: 'other-channel' });
  });

  it('C-6 a check that PortOne does not know is a failure', async () => {
    const { complete } = await begun();
    expect(await complete({})).toEqual({ kind: 'failed', why: 'unknown-transaction' });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a result of another transaction', { id: 'f'.repeat(32) }, 'other-transaction'],
    ['a status of a later version', { status: 'PARTIALLY_VERIFIED' }, 'unknown-status'],
    ['no channel', { channel: undefined }, 'other-channel'],
    ['no person', { verifiedCustomer: null }, 'malformed'],
    ['no name', { verifiedCustomer: { ...홍길동, name: '' } }, 'malformed'],
    ['a name that is no text', { verifiedCustomer: { ...홍길동, name: ['홍길동'] } }, 'malformed'],
  ])('C-6 %s is a failure', async (_what, changed, why) => {
    const { sdk, complete } = await begun();
    const parameters = server.verify(sdk, 홍길동);
    server.verifications.set(reference, { ...server.verifications.get(reference), ...changed });
    expect(await complete(parameters)).toEqual({ kind: 'failed', why });
  });

  it('C-6 a number and a day that are none count as not given', async () => {
    const { sdk, complete } = await begun();
    const customer = { ...홍길동, phoneNumber: '010-XXXX-5678', birthDate: '1990-02-30' };
    expect(await complete(server.verify(sdk, customer))).toEqual({
      kind: 'certified',
      person: { ...certified.person, phone: undefined, birthDate: undefined },
    });
  });

  it.each<[string, Said, string]>([
    ['an answer that is no object', { body: '[]' }, 'malformed'],
    ['an answer that is nothing', { body: 'null' }, 'malformed'],
  ])('C-6 %s is a failure', async (_what, said, why) => {
    const { sdk, complete } = await begun();
    const parameters = server.verify(sdk, 홍길동);
    server.instead.push(said);
    expect(await complete(parameters)).toEqual({ kind: 'failed', why });
  });

  it.each<[string, Said, string]>([
    ['answers no JSON', { body: '<html>', type: 'text/html' }, 'unreadable'],
    ['is at fault', { status: 503, body: { type: 'SERVICE_UNAVAILABLE' } }, 'at-fault'],
    ['is at fault without words', { status: 502, body: '<html>' }, 'unreadable'],
    ['hangs up', 'reset', 'unreachable'],
    ['says nothing', 'hang', 'timeout'],
    ['never ends', 'stall', 'timeout'],
  ])('C-6 a PortOne that %s may be asked again', async (_what, said, why) => {
    const hurries = said === 'hang' || said === 'stall';
    const { sdk, complete } = await begun({}, hurries ? HURRY_MS : TIMEOUT_MS);
    const parameters = server.verify(sdk, 홍길동);
    server.instead.push(said);
    expect(await whyUnavailable(complete(parameters))).toBe(why);
  });

  it('C-6 after an outage the result is still there', async () => {
    const { sdk, complete } = await begun();
    const parameters = server.verify(sdk, 홍길동);
    server.instead.push({ status: 500, body: {} });
    await whyUnavailable(complete(parameters));
    expect(await complete(parameters)).toEqual(certified);
  });

  it('C-6 a wrong secret or store is ours to mend, not the learner’s', async () => {
    const wrong = await begun({ apiSecret: 'other' });
    expect(await whyUnavailable(wrong.complete(server.verify(wrong.sdk, 홍길동)))).toBe('unauthorized');
    const elsewhere = await begun({ storeId: 'store-2' });
    expect(await whyUnavailable(elsewhere.complete({}))).toBe('forbidden');
  });

  it('C-6 a PortOne that is away stops nothing until it is asked', async () => {
    const { sdk, complete } = await begun();
    const parameters = server.verify(sdk, 홍길동);
    await server.close();
    expect((await provider().start(attempt())).url).toBe('https://motp.example/identity/portone');
    expect(await whyUnavailable(complete(parameters))).toBe('unreachable');
  });
});
