import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IdentitySettings, ProviderSettings } from '../provider-settings.ts';
import { openProviders, type ProviderSurroundings } from './open-providers.ts';
import type { IdentityProvider } from './provider.ts';
import { attempt, HURRY_MS, PUBLIC_URL, testWorld, whyUnavailable } from './providers/attempt.fixture.ts';
import { type StandIn, startStandIn } from './providers/stand-in.fixture.ts';

const none: ProviderSettings = { kind: 'none' };

let server: StandIn;
beforeEach(async () => {
  server = await startStandIn(() => ({ status: 503, body: '' }));
});
afterEach(() => server.close());

const settings = (): Record<'portone' | 'nice' | 'oidc', ProviderSettings> => ({
  portone: {
    ...{ kind: 'portone', storeId: 's', channelKey: 'c', apiSecret: 'x', apiUrl: server.url },
    gives: { phone: false, birthDate: true, di: true },
  },
  nice: { kind: 'nice', clientId: 'c', clientSecret: 'x', url: server.url, services: ['M'] },
  oidc: {
    ...{ kind: 'oidc', issuer: server.url, clientId: 'c', clientSecret: 'x', scope: 'openid' },
    claims: { name: 'name', di: 'sub' },
  },
});

const open = (identity: IdentitySettings, more: Partial<ProviderSurroundings> = {}) =>
  openProviders(identity, { world: testWorld(), publicUrl: PUBLIC_URL, ...more });

describe('C-6 the providers of a deployment', () => {
  it('C-6 a method without a provider is not offered', () => {
    expect(open({ phone: none, ipin: none })).toEqual({});
    expect(open({ phone: { kind: 'simulator' }, ipin: none })).toEqual({});
  });

  it('C-6 each method has the provider that the settings name, and what it gives', () => {
    const { portone, nice, oidc } = settings();
    const opened = open({ phone: portone, ipin: oidc });
    expect([opened.phone?.name, opened.phone?.gives]).toEqual([
      'portone',
      { phone: false, birthDate: true, di: true },
    ]);
    expect([opened.ipin?.name, opened.ipin?.gives]).toEqual([
      'oidc',
      { phone: false, birthDate: false, di: true },
    ]);
    expect(open({ phone: none, ipin: nice })).toMatchObject({ ipin: { name: 'nice' } });
  });

  it('C-6 demo mode brings its own provider for either method', async () => {
    const started = { state: {}, url: 'http://localhost:4000/demo/identity' };
    const simulated: IdentityProvider = {
      ...{ name: 'simulator', gives: { phone: true, birthDate: true, di: true } },
      start: async () => started,
      complete: async () => ({ kind: 'cancelled' }),
    };
    const simulator = { provider: (method: string) => ({ ...simulated, name: `simulator-${method}` }) };
    const { phone, ipin } = open(
      { phone: { kind: 'simulator' }, ipin: { kind: 'simulator' } },
      { simulator },
    );
    expect([phone?.name, ipin?.name]).toEqual(['simulator-phone', 'simulator-ipin']);
    expect(await phone?.start(attempt())).toEqual(started);
    expect(await ipin?.complete({}, {})).toEqual({ kind: 'cancelled' });
  });

  it('C-6 no provider is asked anything at the start, so none that is away stops the server', async () => {
    const { portone, nice, oidc } = settings();
    await server.close();
    expect(Object.keys(open({ phone: portone, ipin: oidc }))).toEqual(['phone', 'ipin']);
    expect(Object.keys(open({ phone: nice, ipin: none }))).toEqual(['phone']);
    expect(server.asked).toEqual([]);
  });

  it('O-6 the operator is told by a word why a provider brought nothing', async () => {
    const { nice, oidc } = settings();
    const told: unknown[] = [];
    const { phone, ipin } = open({ phone: nice, ipin: oidc }, { unavailable: (fault) => told.push(fault) });
    if (!phone || !ipin) throw new Error('both methods are offered');
    await whyUnavailable(phone.start(attempt()));
    await whyUnavailable(phone.complete({}, { web_transaction_id: 'w' }));
    await whyUnavailable(ipin.start(attempt()));
    expect(told).toEqual([
      { provider: 'nice', method: 'phone', why: 'http-503' },
      { provider: 'nice', method: 'phone', why: 'http-503' },
      { provider: 'oidc', method: 'ipin', why: 'discovery' },
    ]);
  });

  it('C-6 a provider is waited for as long as it was said, and no longer', async () => {
    server.instead.push('hang');
    const { phone } = open({ phone: settings().nice, ipin: none }, { timeoutMs: HURRY_MS });
    if (!phone) throw new Error('the method is offered');
    expect(await whyUnavailable(phone.start(attempt()))).toBe('timeout');
  });
});
