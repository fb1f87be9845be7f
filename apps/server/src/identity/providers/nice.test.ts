import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attempt, HURRY_MS, TIMEOUT_MS, testWorld, whyUnavailable } from './attempt.fixture.ts';
import { type NiceStandIn, startNice, turnedBit } from './nice.fixture.ts';
import { nice } from './nice.ts';
import type { Said } from './stand-in.fixture.ts';

const HOUR_MS = 3_600_000;

const 홍길동 = {
  ...{ name: '홍길동', birthdate: '19900301', gender: '1', national_info: '0' },
  ...{ ci: 'CI', di: 'DI-1', mobile_co: '1', mobile_no: '01012345678' },
};
const certified = {
  kind: 'certified',
  person: {
    name: '홍길동',
    phone: '+821012345678',
    birthDate: '1990-03-01',
    di: 'DI-1',
    transaction: 'transaction-1',
  },
};

let server: NiceStandIn;
let world: ReturnType<typeof testWorld>;
beforeEach(async () => {
  world = testWorld();
  server = await startNice('client-1', 'client-secret', world.time + 24 * HOUR_MS);
});
afterEach(() => server.close());

const provider = ({ timeoutMs = TIMEOUT_MS, clientSecret = 'client-secret', services = ['M'] } = {}) =>
  nice({ kind: 'nice', clientId: 'client-1', clientSecret, url: server.url, services }, { world, timeoutMs });

async function begun(adapter = provider(), reference = attempt().reference) {
  const started = await adapter.start(attempt(reference));
  const complete = (parameters: Record<string, string>) => adapter.complete(started.state, parameters);
  return { started, complete, prove: (person = {}) => server.prove(started.url, { ...홍길동, ...person }) };
}

const paths = () => server.asked.map(({ url }) => url.pathname);

describe('C-6 NICE', () => {
  it('C-6 the window of NICE is asked for with our number of the request', async () => {
    const { started } = await begun();
    expect(started).toEqual({
      url: `${server.url}/window/transaction-1`,
      state: {
        requestNo: attempt().reference,
        transactionId: 'transaction-1',
        ...{ accessToken: 'token-1', ticket: 'ticket-1', iterators: 61 },
      },
    });
    expect(JSON.parse(server.asked[1]?.body ?? '')).toEqual({
      request_no: attempt().reference,
      return_url: attempt().returnUrl,
      close_url: `${attempt().returnUrl}?closed=1`,
      svc_types: ['M'],
      method_type: 'GET',
    });
  });

  it('C-6 the result is fetched from server to server, proved, opened and names the person', async () => {
    const { complete, prove } = await begun();
    expect(await complete(prove())).toEqual(certified);
    expect(paths()).toEqual(['/auth/token', '/auth/url', '/auth/result']);
  });

  it('C-6 a service that gives no number gives none', async () => {
    const adapter = provider({ services: ['I'] });
    expect(adapter.gives).toEqual({ phone: false, birthDate: true, di: true });
    const { complete, prove } = await begun(adapter);
    expect(await complete(prove({ mobile_no: undefined, mobile_co: undefined }))).toEqual({
      kind: 'certified',
      person: { ...certified.person, phone: undefined },
    });
  });

  it('C-6 a number and a day that are none count as not given', async () => {
    const { complete, prove } = await begun();
    expect(await complete(prove({ mobile_no: '0000', birthdate: '19900230', di: '' }))).toEqual({
      kind: 'certified',
      person: { ...certified.person, phone: undefined, birthDate: undefined, di: undefined },
    });
  });

  it('C-6 a closed window is cancelled, and no result is asked for', async () => {
    const { complete } = await begun();
    expect(await complete({ closed: '1' })).toEqual({ kind: 'cancelled' });
    expect(paths()).toEqual(['/auth/token', '/auth/url']);
  });

  it('C-6 a return without a transaction is a failure', async () => {
    const { complete } = await begun();
    expect(await complete({})).toEqual({ kind: 'failed', why: 'no-transaction' });
  });

  it('C-6 a transaction of somebody else, or none, is a failure', async () => {
    const mine = await begun();
    const theirs = await begun(provider(), 'f'.repeat(32));
    expect(await mine.complete(theirs.prove())).toEqual({ kind: 'failed', why: 'result-3031' });
    expect(await mine.complete({ web_transaction_id: 'forged' })).toEqual({
      kind: 'failed',
      why: 'result-3031',
    });
  });

  it('C-6 NICE gives a result once: a duplicate return certifies nobody again', async () => {
    const { complete, prove } = await begun();
    const parameters = prove();
    await complete(parameters);
    expect(await complete(parameters)).toEqual({ kind: 'failed', why: 'result-3033' });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['an answer about another request', { request_no: 'f'.repeat(32) }, 'other-transaction'],
    ['an answer about another transaction', { transaction_id: 'transaction-9' }, 'other-transaction'],
    ['a wrong HMAC', { integrity_value: 'A'.repeat(43) }, 'wrong-mac'],
    ['a short HMAC', { integrity_value: 'AAAA' }, 'wrong-mac'],
    ['no HMAC', { integrity_value: undefined }, 'wrong-mac'],
    ['a changed cipher text', { enc_data: 'A'.repeat(80) }, 'wrong-mac'],
    ['no cipher text', { enc_data: null }, 'wrong-mac'],
    ['a code that is none', { result_code: '홍길동 님' }, 'result-refused'],
  ])('C-6 %s is a failure', async (_what, changed, why) => {
    const { complete, prove } = await begun();
    server.tamper = (answer) => ({ ...answer, ...changed });
    expect(await complete(prove())).toEqual({ kind: 'failed', why });
  });

  it('C-6 a cipher text whose tag does not fit is a failure, even under the right HMAC', async () => {
    const { complete, prove } = await begun();
    const [token] = server.tokens;
    let honest = '';
    server.tamper = (answer) => {
      honest = String(answer.enc_data);
      return { ...answer, integrity_value: '' };
    };
    await complete(prove());
    const turned = await turnedBit(
      token ?? { access_token: '', ticket: '', iterators: 1 },
      'transaction-1',
      honest,
    );
    server.instead.push({ body: { result_code: '0000', ...turned } });
    expect(await complete(prove())).toEqual({ kind: 'failed', why: 'wrong-cipher' });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['names another request', { request_no: 'f'.repeat(32) }, 'other-transaction'],
    ['names another transaction', { transaction_id: 'transaction-9' }, 'other-transaction'],
    ['names nobody', { name: ' ' }, 'malformed'],
  ])('C-6 a sealed result that %s is a failure', async (_what, sealed, why) => {
    const { complete, prove } = await begun();
    server.sealed = sealed;
    expect(await complete(prove())).toEqual({ kind: 'failed', why });
  });

  it('C-6 one token serves many, until a transaction would outlast it', async () => {
    const adapter = provider();
    await Promise.all([begun(adapter), begun(adapter, 'e'.repeat(32))]);
    world.time = server.expiresAt - 16 * 60_000;
    await begun(adapter);
    expect(server.tokens.length).toBe(1);
    world.time = server.expiresAt - 15 * 60_000;
    server.expiresAt += 24 * HOUR_MS;
    await begun(adapter);
    expect(server.tokens.length).toBe(2);
  });

  it('C-6 a transaction ends with the ticket that it began with', async () => {
    const adapter = provider();
    const { complete, prove } = await begun(adapter);
    world.time = server.expiresAt - 60_000;
    server.expiresAt += 24 * HOUR_MS;
    await begun(adapter, 'f'.repeat(32));
    expect(await complete(prove())).toEqual(certified);
    expect(server.tokens.map(({ access_token }) => access_token)).toEqual(['token-1', 'token-2']);
  });

  it('C-6 a token that NICE forgot is asked for again, once', async () => {
    const adapter = provider();
    const { complete, prove } = await begun(adapter);
    server.tokens.length = 0;
    expect(await complete(prove())).toEqual(certified);
    expect(paths().slice(2)).toEqual(['/auth/result', '/auth/token', '/auth/result']);
    server.instead.push({ body: { result_code: '1003' } });
    await begun(adapter, 'f'.repeat(32));
    expect(paths().slice(5)).toEqual(['/auth/url', '/auth/token', '/auth/url']);
  });

  it.each<[string, Said, string]>([
    ['answers no JSON', { body: '<html>' }, 'unreadable'],
    ['answers without a code', { body: {} }, 'unreadable'],
    ['is at fault', { status: 502, body: '<html>' }, 'http-502'],
    ['is at fault in words', { status: 500, body: { result_code: '0000' } }, 'http-500'],
    ['contradicts itself', { status: 400, body: { result_code: '0000' } }, 'http-400'],
    ['does not know this machine', { body: { result_code: '1007' } }, 'result-1007'],
    ['has an error of its own', { body: { result_code: '9999' } }, 'result-9999'],
    ['forbids it', { status: 403, body: '' }, 'http-403'],
    ['hangs up', 'reset', 'unreachable'],
    ['says nothing', 'hang', 'timeout'],
    ['never ends', 'stall', 'timeout'],
  ])('C-6 a NICE that %s may be asked again', async (_what, said, why) => {
    const { started, prove } = await begun();
    const parameters = prove();
    const hurries = said === 'hang' || said === 'stall';
    server.instead.push(said);
    const adapter = provider(hurries ? { timeoutMs: HURRY_MS } : {});
    expect(await whyUnavailable(adapter.complete(started.state, parameters))).toBe(why);
    expect(await provider().complete(started.state, parameters)).toEqual(certified);
  });

  it.each<[string, Said, string]>([
    ['no window', { body: { result_code: '0000', transaction_id: 't' } }, 'url-unreadable'],
    [
      'a script for a window',
      { body: { result_code: '0000', transaction_id: 't', auth_url: 'javascript:1' } },
      'url-unreadable',
    ],
    ['a refusal', { body: { result_code: '2003' } }, 'url-2003'],
  ])('C-6 %s is no beginning', async (_what, said, why) => {
    const adapter = provider();
    await begun(adapter);
    server.instead.push(said);
    expect(await whyUnavailable(adapter.start(attempt()))).toBe(why);
  });

  it.each<[string, Said, string]>([
    [
      'without a ticket',
      { body: { result_code: '0000', access_token: 't', iterators: 1 } },
      'token-unreadable',
    ],
    [
      'that would keep us busy',
      { body: { result_code: '0000', access_token: 't', ticket: 't', iterators: 2_000_000_000 } },
      'token-unreadable',
    ],
    ['refused', { status: 401, body: { result_code: '1001' } }, 'token-1001'],
    ['that never comes', 'reset', 'unreachable'],
  ])('C-6 a token %s is asked for anew by the next learner', async (_what, said, why) => {
    const adapter = provider();
    server.instead.push(said);
    expect(await whyUnavailable(adapter.start(attempt()))).toBe(why);
    expect((await begun(adapter)).started.url).toBe(`${server.url}/window/transaction-1`);
  });

  it('C-6 a wrong secret is ours to mend, not the learner’s', async () => {
    expect(await whyUnavailable(provider({ clientSecret: 'other' }).start(attempt()))).toBe('token-1001');
  });

  it('C-6 a NICE that is away stops nothing until it is asked', async () => {
    const adapter = provider();
    await server.close();
    expect(await whyUnavailable(adapter.start(attempt()))).toBe('unreachable');
  });
});
