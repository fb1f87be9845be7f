import { describe, expect, it } from 'vitest';
import { readIdentity } from './provider-settings.ts';

type Env = Record<string, string>;

const read = (env: Env, { isDemo = false, appUrl = 'https://app.motp.example' } = {}) =>
  readIdentity({ env, isDemo, publicUrl: 'https://motp.example', appUrl });

const portone: Env = {
  MOTP_IDENTITY: 'portone',
  MOTP_PORTONE_STORE_ID: 'store-1',
  MOTP_PORTONE_CHANNEL_KEY: 'channel-key-1',
  MOTP_PORTONE_API_SECRET: 'portone-secret',
};

const nice: Env = { MOTP_IDENTITY: 'nice', MOTP_NICE_CLIENT_ID: 'nice-1', MOTP_NICE_CLIENT_SECRET: 's3cret' };

const oidc: Env = {
  MOTP_IDENTITY: 'oidc',
  MOTP_OIDC_ISSUER: 'https://id.example/realms/one',
  MOTP_OIDC_CLIENT_ID: 'motp',
  MOTP_OIDC_CLIENT_SECRET: 'oidc-secret',
};

const without = (env: Env, name: string): Env =>
  Object.fromEntries(Object.entries(env).filter(([key]) => key !== name));

describe('P-5 settings of identity checks', () => {
  it('P-5 a demo simulates both methods, production offers none', () => {
    expect(read({}, { isDemo: true })).toEqual({
      identity: { phone: { kind: 'simulator' }, ipin: { kind: 'simulator' } },
      problems: [],
    });
    expect(read({ MOTP_IDENTITY: ' ' })).toEqual({
      identity: { phone: { kind: 'none' }, ipin: { kind: 'none' } },
      problems: [],
    });
  });

  it('P-5 PortOne needs a store, a channel and a secret', () => {
    expect(read(portone)).toEqual({
      identity: {
        phone: {
          kind: 'portone',
          storeId: 'store-1',
          channelKey: 'channel-key-1',
          apiSecret: 'portone-secret',
          apiUrl: 'https://api.portone.io',
          gives: { phone: true, birthDate: true, di: true },
        },
        ipin: { kind: 'none' },
      },
      problems: [],
    });
  });

  it('P-5 what a PortOne contract gives is said, where it is not everything', () => {
    const { identity, problems } = read({ ...portone, MOTP_PORTONE_GIVES: 'birthDate, di' });
    expect(problems).toEqual([]);
    expect(identity.phone).toMatchObject({ gives: { phone: false, birthDate: true, di: true } });
  });

  it('P-5 NICE needs a client; the service is the phone check', () => {
    expect(read({ ...nice, MOTP_NICE_URL: 'http://127.0.0.1:9/v1.0/' })).toEqual({
      identity: {
        phone: {
          kind: 'nice',
          clientId: 'nice-1',
          clientSecret: 's3cret',
          url: 'http://127.0.0.1:9/v1.0',
          services: ['M'],
        },
        ipin: { kind: 'none' },
      },
      problems: [],
    });
  });

  it('P-5 OpenID Connect needs an issuer and a client; claims have names of the standard', () => {
    expect(read(oidc)).toEqual({
      identity: {
        phone: {
          kind: 'oidc',
          issuer: 'https://id.example/realms/one',
          clientId: 'motp',
          clientSecret: 'oidc-secret',
          scope: 'openid profile phone',
          claims: { name: 'name', phone: 'phone_number', birthDate: 'birthdate' },
        },
        ipin: { kind: 'none' },
      },
      problems: [],
    });
  });

  it('P-5 claims can be called otherwise and lie deeper', () => {
    const env = {
      ...oidc,
      MOTP_OIDC_CLAIMS: 'name=person.fullName, di=sub',
      MOTP_OIDC_SCOPE: 'openid  pass',
    };
    expect(read(env).identity.phone).toMatchObject({
      scope: 'openid pass',
      claims: { name: 'person.fullName', di: 'sub' },
    });
  });

  it('P-5 i-PIN takes its own settings before the general ones', () => {
    const env = {
      ...oidc,
      MOTP_IDENTITY_IPIN: 'oidc',
      MOTP_IPIN_OIDC_ISSUER: 'https://ipin.example',
      MOTP_IPIN_OIDC_CLAIMS: 'name=name,birthDate=birthdate,di=dupinfo',
    };
    const { identity, problems } = read(env);
    expect(problems).toEqual([]);
    expect(identity.ipin).toEqual({
      kind: 'oidc',
      issuer: 'https://ipin.example',
      clientId: 'motp',
      clientSecret: 'oidc-secret',
      scope: 'openid profile phone',
      claims: { name: 'name', birthDate: 'birthdate', di: 'dupinfo' },
    });
    expect(identity.phone).toMatchObject({ issuer: 'https://id.example/realms/one' });
  });

  it('P-5 i-PIN by NICE names its service, so that it is not the phone check again', () => {
    const env = { ...nice, MOTP_IDENTITY_IPIN: 'nice', MOTP_NICE_SERVICES: 'M' };
    expect(read(env).problems).toEqual([
      'MOTP_IPIN_NICE_SERVICES must be set to the services of your contract that are not M',
    ]);
    expect(read({ ...env, MOTP_IPIN_NICE_SERVICES: 'I' }).identity.ipin).toMatchObject({ services: ['I'] });
  });

  it('P-5 everything that is missing is said at once, and once', () => {
    const env = { MOTP_IDENTITY: 'oidc', MOTP_IDENTITY_IPIN: 'nice' };
    expect(read(env).problems).toEqual([
      'MOTP_OIDC_ISSUER must be set for MOTP_IDENTITY=oidc',
      'MOTP_OIDC_CLIENT_ID must be set for MOTP_IDENTITY=oidc',
      'MOTP_OIDC_CLIENT_SECRET must be set for MOTP_IDENTITY=oidc',
      'MOTP_NICE_CLIENT_ID must be set for MOTP_IDENTITY_IPIN=nice',
      'MOTP_NICE_CLIENT_SECRET must be set for MOTP_IDENTITY_IPIN=nice',
      'MOTP_IPIN_NICE_SERVICES must be set to the services of your contract that are not M',
    ]);
    const bad = { ...portone, MOTP_IDENTITY_IPIN: 'portone', MOTP_PORTONE_GIVES: 'ci' };
    expect(read(bad).problems).toEqual(['MOTP_PORTONE_GIVES must be one or more of: phone, birthDate, di']);
  });

  it('P-5 production has no simulator, for no method', () => {
    expect(read({ MOTP_IDENTITY: 'simulator', MOTP_IDENTITY_IPIN: 'simulator' })).toEqual({
      identity: { phone: { kind: 'none' }, ipin: { kind: 'none' } },
      problems: [
        'MOTP_IDENTITY=simulator lets anybody pass and is for demo mode only',
        'MOTP_IDENTITY_IPIN=simulator lets anybody pass and is for demo mode only',
      ],
    });
  });

  it('R-4a P-5 PortOne, whose script a page runs, needs the app at another origin', () => {
    expect(read(portone, { appUrl: 'https://motp.example' }).problems).toEqual([
      "MOTP_IDENTITY=portone needs a MOTP_APP_URL of another origin: its page at MOTP_PUBLIC_URL runs PortOne's script, which must not reach the app's storage",
    ]);
    expect(read(portone, { appUrl: 'https://motp.example:8443' }).problems).toEqual([]);
    expect(read(oidc, { appUrl: 'https://motp.example' }).problems).toEqual([]);
  });

  it.each<[string, Env, string]>([
    [
      'another provider',
      { MOTP_IDENTITY_IPIN: 'toss' },
      'MOTP_IDENTITY_IPIN must be one of: none, portone, nice, oidc, simulator (demo mode)',
    ],
    [
      'a secret that no header can carry',
      { ...portone, MOTP_PORTONE_API_SECRET: '비밀 열쇠' },
      'MOTP_PORTONE_API_SECRET must be letters, digits and signs without spaces',
    ],
    [
      'PortOne with a path',
      { ...portone, MOTP_PORTONE_API_URL: 'https://api.portone.io/v2' },
      'MOTP_PORTONE_API_URL must be an origin: https://HOST[:PORT] without a path',
    ],
    [
      'NICE without TLS',
      { ...nice, MOTP_NICE_URL: 'http://auth.niceid.co.kr' },
      'MOTP_NICE_URL must be an https address (http on this machine only)',
    ],
    [
      'services that are none',
      { ...nice, MOTP_NICE_SERVICES: 'M;C' },
      'MOTP_NICE_SERVICES must be services of your contract, separated by commas',
    ],
    [
      'an issuer that is missing',
      without(oidc, 'MOTP_OIDC_ISSUER'),
      'MOTP_OIDC_ISSUER must be set for MOTP_IDENTITY=oidc',
    ],
    [
      'an issuer without TLS',
      { ...oidc, MOTP_OIDC_ISSUER: 'http://id.example' },
      'MOTP_OIDC_ISSUER must be an https address (http on this machine only)',
    ],
    [
      'an issuer with a password in it',
      { ...oidc, MOTP_OIDC_ISSUER: 'https://motp:secret@id.example' },
      'MOTP_OIDC_ISSUER must be an https address (http on this machine only)',
    ],
    [
      'a scope without openid',
      { ...oidc, MOTP_OIDC_SCOPE: 'profile phone' },
      'MOTP_OIDC_SCOPE must be scopes separated by spaces, openid among them',
    ],
    [
      'a name alone, which never passes',
      { ...oidc, MOTP_OIDC_CLAIMS: 'name=name' },
      'MOTP_OIDC_CLAIMS must say name and one or more of: phone, birthDate, di',
    ],
    [
      'a claim that is not compared',
      { ...oidc, MOTP_OIDC_CLAIMS: 'name=name,email=email' },
      'MOTP_OIDC_CLAIMS must be like name=name,phone=phone_number,birthDate=birthdate,di=sub',
    ],
    [
      'a claim said twice',
      { ...oidc, MOTP_OIDC_CLAIMS: 'name=name,phone=a,phone=b' },
      'MOTP_OIDC_CLAIMS must be like name=name,phone=phone_number,birthDate=birthdate,di=sub',
    ],
  ])('P-5 %s', (_what, env, problem) => {
    expect(read(env).problems).toEqual([problem]);
  });
});
