import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OidcSettings } from '../../provider-settings.ts';
import { attempt, HURRY_MS, PUBLIC_URL, TIMEOUT_MS, testWorld, whyUnavailable } from './attempt.fixture.ts';
import { type OidcStandIn, startOidc } from './oidc.fixture.ts';
import { oidc } from './oidc.ts';
import type { Said } from './stand-in.fixture.ts';

const 홍길동 = { name: '홍길동', phone_number: '+82 10-1234-5678', birthdate: '1990-03-01' };
const client = { id: 'motp', secret: 'oidc-secret', redirectUri: `${PUBLIC_URL}/identity/return` };
const claims = { name: 'name', phone: 'phone_number', birthDate: 'birthdate' };

let server: OidcStandIn;
beforeEach(async () => {
  server = await startOidc(client);
});
afterEach(() => server.close());

interface Changed extends Partial<OidcSettings> {
  timeoutMs?: number;
}

const provider = ({ timeoutMs = TIMEOUT_MS, ...changed }: Changed = {}) =>
  oidc(
    {
      ...{ kind: 'oidc', issuer: server.url, clientId: client.id, clientSecret: client.secret },
      ...{ scope: 'openid profile phone', claims },
      ...changed,
    },
    { world: testWorld(), publicUrl: PUBLIC_URL, timeoutMs },
  );

async function begun(changed: Changed = {}) {
  const adapter = provider(changed);
  const started = await adapter.start(attempt());
  const complete = (parameters: Record<string, string>) => adapter.complete(started.state, parameters);
  return { started, complete, signIn: (person = {}) => server.signIn(started.url, { ...홍길동, ...person }) };
}

const certified = (nonce: unknown, person = {}) => ({
  kind: 'certified',
  person: {
    ...{ name: '홍길동', phone: '+821012345678', birthDate: '1990-03-01', di: undefined },
    transaction: `${server.url} ${nonce}`,
    ...person,
  },
});
const paths = () => server.asked.map(({ url }) => url.pathname);

describe('C-6 OpenID Connect', () => {
  it('C-6 the browser goes to the provider with state, nonce and PKCE, and no word about the person', async () => {
    const { started } = await begun();
    const url = new URL(started.url);
    expect(url.origin + url.pathname).toBe(`${server.url}/authorize`);
    const { code_challenge, ...query } = Object.fromEntries(url.searchParams);
    expect(code_challenge).toMatch(/^[\w-]{43}$/);
    expect(query).toEqual({
      ...{ client_id: 'motp', response_type: 'code', scope: 'openid profile phone' },
      ...{ redirect_uri: 'https://motp.example/identity/return', code_challenge_method: 'S256' },
      ...{ state: started.state.state, nonce: started.state.nonce, prompt: 'login', ui_locales: 'ko' },
    });
    expect(started.state.state).toMatch(/^idt_A{43}\.[\w-]{43}$/);
    expect(new Set(Object.values(started.state)).size).toBe(4);
  });

  it('C-6 the code is redeemed from server to server and the signed token names the person', async () => {
    const { started, complete, signIn } = await begun();
    expect(await complete(signIn())).toEqual(certified(started.state.nonce));
    expect(paths()).toEqual(['/.well-known/openid-configuration', '/token', '/jwks']);
  });

  it('C-6 claims can be called otherwise and lie deeper', async () => {
    const { started, complete } = await begun({
      claims: { name: 'https://id.example/name', birthDate: 'person.born.on', di: 'dupinfo' },
    });
    const said = {
      'https://id.example/name': '김영희',
      person: { born: { on: '19951231' } },
      dupinfo: 'DI-2',
    };
    expect(await complete(server.signIn(started.url, said))).toEqual(
      certified(started.state.nonce, {
        name: '김영희',
        phone: undefined,
        birthDate: '1995-12-31',
        di: 'DI-2',
      }),
    );
  });

  it('C-6 what the token does not say is asked of the userinfo endpoint', async () => {
    server.userinfo = { sub: 'sub-1', name: '홍길동', phone_number: '01012345678', birthdate: '1990-03-01' };
    const { started, complete, signIn } = await begun();
    const lean = { phone_number: undefined, birthdate: null };
    expect(await complete(signIn(lean))).toEqual(certified(started.state.nonce));
    expect(paths().slice(1)).toEqual(['/token', '/jwks', '/userinfo']);
  });

  it('C-6 a token that says everything is asked for no more', async () => {
    server.userinfo = { sub: 'sub-1', name: '김영희' };
    const { started, complete, signIn } = await begun();
    expect(await complete(signIn())).toEqual(certified(started.state.nonce));
    expect(paths()).not.toContain('/userinfo');
  });

  it('C-6 a provider that gives no number gives none', async () => {
    const { started, complete, signIn } = await begun();
    expect(await complete(signIn({ phone_number: undefined }))).toEqual(
      certified(started.state.nonce, { phone: undefined }),
    );
    expect(provider({ claims: { name: 'name', di: 'sub' } }).gives).toEqual({
      ...{ phone: false, birthDate: false, di: true },
    });
  });

  it('C-6 a number that the provider did not verify is not given', async () => {
    const { started, complete, signIn } = await begun();
    expect(await complete(signIn({ phone_number_verified: false }))).toEqual(
      certified(started.state.nonce, { phone: undefined }),
    );
  });

  it.each([['0000-03-01'], ['1990-02-30'], ['900301'], ['1990'], ['01/03/1990']])(
    'C-6 %s is no day of birth and counts as not given',
    async (birthdate) => {
      const { started, complete, signIn } = await begun();
      expect(await complete(signIn({ birthdate }))).toEqual(
        certified(started.state.nonce, { birthDate: undefined }),
      );
    },
  );

  it('C-6 a provider that takes the secret in the body alone gets it there', async () => {
    server.metadata.token_endpoint_auth_methods_supported = ['client_secret_post'];
    const { started, complete, signIn } = await begun();
    expect(await complete(signIn())).toEqual(certified(started.state.nonce));
    const redeemed = server.asked.find(({ url }) => url.pathname === '/token');
    expect(redeemed?.headers.authorization).toBeUndefined();
  });

  it('C-6 a learner who gave up is cancelled', async () => {
    const { started, complete } = await begun();
    const state = String(started.state.state);
    expect(await complete({ error: 'access_denied', state })).toEqual({ kind: 'cancelled' });
    expect(await complete({ error: 'server_error', state })).toEqual({
      kind: 'failed',
      why: 'refused-in-window',
    });
    expect(paths()).toEqual(['/.well-known/openid-configuration']);
  });

  it('C-6 a return with another state, or none, redeems nothing', async () => {
    const { complete, signIn } = await begun();
    const { code = '', state = '' } = signIn();
    const failed = { kind: 'failed', why: 'wrong-response' };
    expect(await complete({ code, state: `${state}x` })).toEqual(failed);
    expect(await complete({ code })).toEqual(failed);
    expect(await complete({ error: 'access_denied' })).toEqual(failed);
    expect(await complete({ state })).toEqual(failed);
    expect(await complete({ code, state, iss: 'https://other.example' })).toEqual(failed);
    expect(paths()).toEqual(['/.well-known/openid-configuration']);
  });

  it('C-6 the code of another transaction is refused, for its PKCE is another', async () => {
    const mine = await begun();
    const other = provider();
    await other.start(attempt());
    const theirs = server.signIn((await other.start(attempt('f'.repeat(32)))).url, 홍길동);
    const { state = '' } = mine.signIn();
    expect(await mine.complete({ ...theirs, state })).toEqual({ kind: 'failed', why: 'code-refused' });
  });

  it('C-6 a code counts once: a duplicate return certifies nobody again', async () => {
    const { complete, signIn } = await begun();
    const parameters = signIn();
    await complete(parameters);
    expect(await complete(parameters)).toEqual({ kind: 'failed', why: 'code-refused' });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['of another sign-in', { nonce: 'another' }, 'wrong-claim'],
    ['of another issuer', { iss: 'https://other.example' }, 'wrong-claim'],
    ['for another client', { aud: 'another' }, 'wrong-claim'],
    ['that is over', { exp: 1_000_000_000 }, 'wrong-time'],
    ['without a name', { name: undefined }, 'malformed'],
    ['with a name that is no text', { name: { first: '길동' } }, 'malformed'],
  ])('C-6 a token %s is a failure', async (_what, changed, why) => {
    const { complete, signIn } = await begun();
    server.insteadOf = changed;
    expect(await complete(signIn())).toEqual({ kind: 'failed', why });
  });

  it('C-6 a token that somebody else signed is a failure', async () => {
    const { complete, signIn } = await begun();
    server.key = server.otherKey;
    expect(await complete(signIn())).toEqual({ kind: 'failed', why: 'wrong-response' });
  });

  it('C-6 a token under a key that is not published is a failure', async () => {
    const { complete, signIn } = await begun();
    server.key = { ...server.otherKey, kid: 'key-9' };
    expect(await complete(signIn())).toEqual({ kind: 'failed', why: 'unknown-key' });
  });

  it('C-6 userinfo about somebody else is a failure', async () => {
    server.userinfo = { sub: 'sub-2', name: '김영희', phone_number: '01012345678', birthdate: '1990-03-01' };
    const { complete, signIn } = await begun();
    expect(await complete(signIn({ name: undefined }))).toEqual({ kind: 'failed', why: 'wrong-subject' });
  });

  it.each<[string, Said, string]>([
    ['broken JSON', { body: '{"access_token":' }, 'malformed'],
    ['a page', { body: '<html>', type: 'text/html' }, 'malformed'],
    [
      'a token that is none',
      { body: { access_token: 'a', token_type: 'Bearer', id_token: 'a.b' } },
      'wrong-response',
    ],
    ['no ID token', { body: { access_token: 'a', token_type: 'Bearer' } }, 'wrong-response'],
  ])('C-6 %s for a code is a failure', async (_what, said, why) => {
    const { complete, signIn } = await begun();
    const parameters = signIn();
    server.instead.push(said);
    expect(await complete(parameters)).toEqual({ kind: 'failed', why });
  });

  it.each<[string, Said, string]>([
    ['is at fault', { status: 503, body: '<html>', type: 'text/html' }, 'at-fault'],
    ['is at fault in words', { status: 500, body: { error: 'server_error' } }, 'at-fault'],
    ['is somewhere else', { status: 404, body: '' }, 'at-fault'],
    ['does not take our secret', { status: 401, body: { error: 'invalid_client' } }, 'unauthorized'],
    ['hangs up', 'reset', 'unreachable'],
    ['says nothing', 'hang', 'timeout'],
    ['never ends', 'stall', 'timeout'],
  ])('C-6 a provider that %s may be asked again', async (_what, said, why) => {
    const hurries = said === 'hang' || said === 'stall';
    const { started, signIn } = await begun();
    const parameters = signIn();
    const adapter = provider(hurries ? { timeoutMs: 10 * HURRY_MS } : {});
    await adapter.start(attempt());
    server.instead.push(said);
    expect(await whyUnavailable(adapter.complete(started.state, parameters))).toBe(why);
    expect(await provider().complete(started.state, parameters)).toEqual(certified(started.state.nonce));
  });

  it('C-6 a provider that is away when the server starts is asked again by the next learner', async () => {
    const adapter = provider();
    server.instead.push({ status: 503, body: '' }, 'reset');
    expect(await whyUnavailable(adapter.start(attempt()))).toBe('discovery');
    expect(await whyUnavailable(adapter.start(attempt()))).toBe('discovery');
    expect((await adapter.start(attempt())).url).toContain('/authorize?');
    await adapter.start(attempt());
    expect(paths().length).toBe(3);
  });

  it('C-6 a provider that calls itself otherwise than the setting is not used', async () => {
    server.metadata.issuer = 'https://other.example';
    expect(await whyUnavailable(provider().start(attempt()))).toBe('discovery');
  });

  it('C-6 a result can be fetched by a server that started after the attempt', async () => {
    const { started, signIn } = await begun();
    expect(await provider().complete(started.state, signIn())).toEqual(certified(started.state.nonce));
  });
});
