import { describe, expect, it } from 'vitest';
import { readSms } from './sms-settings.ts';

const solapi = {
  MOTP_SMS: 'solapi',
  MOTP_SOLAPI_API_KEY: 'NCSAYU7YDBXYORXC',
  MOTP_SOLAPI_API_SECRET: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345',
  MOTP_SOLAPI_FROM: '02-930-2266',
};

const read = (env: Record<string, string | undefined>) => {
  const problems: string[] = [];
  const sms = readSms(env, false, problems);
  return { sms, problems };
};

describe('P-5 the settings of messages', () => {
  it('P-5 SOLAPI needs its key, its secret and a registered sender', () => {
    expect(read(solapi)).toEqual({
      sms: {
        kind: 'solapi',
        apiKey: 'NCSAYU7YDBXYORXC',
        apiSecret: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345',
        from: '029302266',
        url: 'https://api.solapi.com',
      },
      problems: [],
    });
  });

  it('P-5 everything that SOLAPI lacks is said at once', () => {
    expect(read({ MOTP_SMS: 'solapi', MOTP_SOLAPI_URL: 'http://sms.example' }).problems).toEqual([
      'MOTP_SOLAPI_API_KEY must be set for MOTP_SMS=solapi',
      'MOTP_SOLAPI_API_SECRET must be set for MOTP_SMS=solapi',
      'MOTP_SOLAPI_FROM must be the digits of a sender number that is registered with SOLAPI',
      'MOTP_SOLAPI_URL must be an https address (http on this machine only)',
    ]);
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['another address of SOLAPI on this machine', { MOTP_SOLAPI_URL: 'http://127.0.0.1:9/' }, []],
    [
      'a key with a space, which would forge a header',
      { MOTP_SOLAPI_API_KEY: 'a, date=b' },
      ['MOTP_SOLAPI_API_KEY must be letters and digits without spaces'],
    ],
    [
      'a sender that is a name',
      { MOTP_SOLAPI_FROM: 'motp' },
      ['MOTP_SOLAPI_FROM must be the digits of a sender number that is registered with SOLAPI'],
    ],
  ])('P-5 %s', (_what, env, problems) => {
    expect(read({ ...solapi, ...env }).problems).toEqual(problems);
  });
});
