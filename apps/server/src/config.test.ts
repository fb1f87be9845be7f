import { describe, expect, it } from 'vitest';
import { type Environment, readConfig } from './config.ts';

const production: Environment = {
  MOTP_PUBLIC_URL: 'https://motp.example',
  MOTP_SMS: 'webhook',
  MOTP_SMS_WEBHOOK_URL: 'https://sms.example/send',
};

const problemsOf = (env: Environment): string[] => {
  const read = readConfig(env);
  return read.kind === 'problems' ? read.problems : [];
};

describe('P-5 settings', () => {
  it('P-5 a demo needs none', () => {
    expect(readConfig({ MOTP_MODE: 'demo' })).toEqual({
      kind: 'config',
      config: {
        mode: 'demo',
        host: '127.0.0.1',
        port: 4000,
        publicUrl: 'http://localhost:4000',
        appUrl: 'http://localhost:4000',
        database: 'sqlite:data/motp.db',
        databaseConnections: 10,
        keyFile: 'data/master.key',
        lmsPort: 4001,
        sms: { kind: 'outbox' },
        smsPerDay: 20_000,
        identity: { phone: { kind: 'simulator' }, ipin: { kind: 'simulator' } },
        registrationProof: 'sms',
        webhookPolicy: 'loopback',
        auditYears: 3,
        workers: 1,
        drainMs: 0,
        trustedProxies: [],
        limits: true,
        metricsToken: undefined,
        logLevel: 'info',
      },
    });
  });

  it.each([
    [{ MOTP_MODE: 'demo' }, 'loopback'],
    [production, 'public'],
    [{ ...production, MOTP_WEBHOOK_PRIVATE: 'refuse' }, 'public'],
    [{ ...production, MOTP_WEBHOOK_PRIVATE: 'allow' }, 'private'],
    [{ MOTP_MODE: 'demo', MOTP_WEBHOOK_PRIVATE: 'allow' }, 'private'],
  ])('P-5 where webhooks may go with %o: %s', (env, policy) => {
    expect(readConfig(env)).toMatchObject({ config: { webhookPolicy: policy } });
  });

  it.each(['', 'a-token-of-24-characters', 'QUJDREVGR0hJSktMTU5PUA=='])(
    'P-5 the metrics are read with the token “%s”',
    (token) => {
      const read = readConfig({ ...production, MOTP_METRICS_TOKEN: token });
      expect(read).toMatchObject({ config: { metricsToken: token === '' ? undefined : token } });
    },
  );

  it.each(['fifteen-letters', 'sixteen letters!', 'x'.repeat(201), '토큰토큰토큰토큰토큰토큰토큰토큰'])(
    'P-5 “%s” is no token of the metrics',
    (token) => {
      expect(problemsOf({ ...production, MOTP_METRICS_TOKEN: token })).toEqual([
        'MOTP_METRICS_TOKEN must be 16 to 200 letters, digits or - . _ ~ + /',
      ]);
    },
  );

  it('P-5 production with everything it needs starts, empty settings count as none', () => {
    const env = {
      ...production,
      MOTP_APP_URL: 'https://app.motp.example/',
      MOTP_HOST: ' ',
      MOTP_PORT: '',
      MOTP_DATABASE: 'postgres://motp@db.example/motp',
      MOTP_SMS_PER_DAY: '500',
      MOTP_DATABASE_CONNECTIONS: '20',
      MOTP_AUDIT_YEARS: '2',
      MOTP_WORKERS: '4',
      MOTP_DRAIN_MS: '15000',
      MOTP_TRUSTED_PROXIES: ' 10.0.0.1, 10.0.0.2,,',
      MOTP_IDENTITY: 'none',
      MOTP_LOG: 'warn',
    };
    expect(readConfig(env)).toEqual({
      kind: 'config',
      config: {
        mode: 'production',
        host: '127.0.0.1',
        port: 4000,
        publicUrl: 'https://motp.example',
        appUrl: 'https://app.motp.example',
        database: 'postgres://motp@db.example/motp',
        databaseConnections: 20,
        keyFile: 'data/master.key',
        lmsPort: 4001,
        sms: { kind: 'webhook', url: 'https://sms.example/send' },
        smsPerDay: 500,
        identity: { phone: { kind: 'none' }, ipin: { kind: 'none' } },
        registrationProof: 'sms',
        webhookPolicy: 'public',
        auditYears: 2,
        workers: 4,
        drainMs: 15_000,
        trustedProxies: ['10.0.0.1', '10.0.0.2'],
        limits: true,
        logLevel: 'warn',
      },
    });
  });

  it('P-5 production says everything that is wrong at once', () => {
    const env = {
      MOTP_PUBLIC_URL: 'http://motp.example',
      MOTP_APP_URL: 'nonsense',
      MOTP_PORT: '70000',
      MOTP_LMS_PORT: '4.5',
      MOTP_SMS: 'outbox',
      MOTP_IDENTITY: 'simulator',
      MOTP_AUDIT_YEARS: '1',
      MOTP_WORKERS: '2',
      MOTP_LIMITS: 'off',
      MOTP_LOG: 'loud',
      MOTP_DATABASE: 'sqlite:data/motp.db',
    };
    expect(problemsOf(env)).toEqual([
      'MOTP_PORT must be a whole number from 1 to 65535',
      'MOTP_PUBLIC_URL must be https: plain http is for this machine only',
      'MOTP_APP_URL must be an address like https://motp.example',
      'MOTP_LMS_PORT must be a whole number from 1 to 65535',
      'MOTP_SMS=outbox shows codes to everybody and is for demo mode only',
      'MOTP_AUDIT_YEARS must be a whole number from 2 to 10: the law wants 2 at least',
      'MOTP_LOG must be one of: error, warn, info, debug, silent',
      'MOTP_LIMITS=off is for load tests in demo mode only',
      'MOTP_WORKERS needs PostgreSQL: an embedded database has one process',
      'MOTP_IDENTITY=simulator lets anybody pass and is for demo mode only',
    ]);
  });

  it('P-5 a demo says everything that is wrong at once', () => {
    const env = {
      MOTP_MODE: 'demo',
      MOTP_HOST: '0.0.0.0',
      MOTP_PUBLIC_URL: 'http://192.168.0.5:4000',
      MOTP_SMS: 'pigeon',
      MOTP_DATABASE: 'mysql://db',
      MOTP_IDENTITY: 'kakao',
    };
    expect(problemsOf(env)).toEqual([
      'MOTP_PUBLIC_URL must be https: demo mode is for this machine only',
      'MOTP_SMS must be one of: webhook, solapi, outbox (demo mode)',
      'MOTP_HOST must be a loopback address in demo mode: the demo is for this machine only',
      'MOTP_DATABASE must be sqlite:FILE or postgres://…',
      'MOTP_IDENTITY must be one of: none, portone, nice, oidc, simulator (demo mode)',
    ]);
  });

  it.each<[string, Environment, string[]]>([
    ['a mode that does not exist', { MOTP_MODE: 'test' }, ['MOTP_MODE must be one of: production, demo']],
    [
      'no way to send messages',
      { MOTP_SMS: undefined },
      ['MOTP_SMS must be set: solapi, or webhook, which sends each message to your gateway'],
    ],
    [
      'a proof that nobody could give',
      { MOTP_PROOF: 'identity', MOTP_IDENTITY: 'none' },
      ['MOTP_PROOF=identity needs MOTP_IDENTITY: without a provider nobody could register'],
    ],
    [
      'a proof by a provider that says no number',
      {
        MOTP_PROOF: 'identity',
        MOTP_IDENTITY: 'oidc',
        MOTP_OIDC_ISSUER: 'https://id.example',
        MOTP_OIDC_CLIENT_ID: 'motp',
        MOTP_OIDC_CLIENT_SECRET: 'secret',
        MOTP_OIDC_CLAIMS: 'name=name,birthDate=birthdate,di=di',
      },
      ['MOTP_PROOF=identity needs a provider that says the phone number: MOTP_IDENTITY=oidc gives none'],
    ],
    [
      'a proof that only the provider of 아이핀 could give',
      {
        MOTP_PROOF: 'identity',
        MOTP_IDENTITY: 'none',
        MOTP_IDENTITY_IPIN: 'nice',
        MOTP_IPIN_NICE_SERVICES: 'I',
        MOTP_NICE_CLIENT_ID: 'motp',
        MOTP_NICE_CLIENT_SECRET: 'secret',
      },
      ['MOTP_PROOF=identity needs MOTP_IDENTITY: without a provider nobody could register'],
    ],
    [
      'a gateway that is not named',
      { MOTP_SMS_WEBHOOK_URL: undefined },
      ['MOTP_SMS_WEBHOOK_URL must be an https address (http on this machine only)'],
    ],
    [
      'a gateway without TLS',
      { MOTP_SMS_WEBHOOK_URL: 'http://sms.example' },
      ['MOTP_SMS_WEBHOOK_URL must be an https address (http on this machine only)'],
    ],
    ['a gateway on this machine', { MOTP_SMS_WEBHOOK_URL: 'http://127.0.0.1:9/sms' }, []],
    ['plain http on loopback', { MOTP_PUBLIC_URL: 'http://localhost:4000' }, []],
    [
      'a path in the address',
      { MOTP_PUBLIC_URL: 'https://motp.example/motp' },
      ['MOTP_PUBLIC_URL must be an origin: https://HOST[:PORT] without a path'],
    ],
    [
      'another scheme',
      { MOTP_PUBLIC_URL: 'ftp://motp.example', MOTP_APP_URL: 'https://motp.example' },
      ['MOTP_PUBLIC_URL must be an origin: https://HOST[:PORT] without a path'],
    ],
    ['port zero', { MOTP_PORT: '0' }, ['MOTP_PORT must be a whole number from 1 to 65535']],
    ['the highest port', { MOTP_PORT: '65535' }, []],
    [
      'too many workers',
      { MOTP_WORKERS: '65' },
      [
        'MOTP_WORKERS must be a whole number from 1 to 64',
        'MOTP_WORKERS needs PostgreSQL: an embedded database has one process',
      ],
    ],
    [
      'a day without messages',
      { MOTP_SMS_PER_DAY: '0' },
      ['MOTP_SMS_PER_DAY must be a whole number from 1 to 999999'],
    ],
    [
      'a simulator in several processes',
      { MOTP_MODE: 'demo', MOTP_SMS: 'outbox', MOTP_DATABASE: 'postgres://x/y', MOTP_WORKERS: '2' },
      ['MOTP_IDENTITY=simulator keeps its windows in one process: leave MOTP_WORKERS at 1'],
    ],
    [
      'a simulator that would send to real phones',
      { MOTP_MODE: 'demo' },
      ['MOTP_IDENTITY=simulator would send its messages to real phones: leave MOTP_SMS=outbox'],
    ],
    ['limits that are neither', { MOTP_LIMITS: 'no' }, ['MOTP_LIMITS must be one of: on, off']],
  ])('P-5 %s', (_what, env, problems) => {
    expect(problemsOf({ ...production, ...env })).toEqual(problems);
  });
});
