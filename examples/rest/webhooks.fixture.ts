import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { codeOf, type Example } from './sample.fixture.ts';

const now = Date.UTC(2026, 10, 23, 12, 0, 0) / 1000;
export const secret = `whsec_${Buffer.from('a webhook secret of 32 bytes, yes').toString('base64')}`;

/** By Node's own crypto: https://www.standardwebhooks.com, "signature scheme". */
export function signedWebhook(body: string, at = now, id = 'msg_1', by = secret): Record<string, string> {
  const key = Buffer.from(by.replace('whsec_', ''), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${mac}` };
}

export function webhooks(example: Example): void {
  const event = {
    type: 'check.passed',
    timestamp: '2026-11-23T12:00:00.000Z',
    data: { check: 'chk_1', 말: '네' },
  };
  const body = JSON.stringify(event);
  const judge = (fields: Record<string, unknown>) =>
    example.call('verifyWebhook', {
      settings: example.settings('http://127.0.0.1:9'),
      secret,
      body,
      now,
      ...fields,
    });

  it('a signed webhook is believed for five minutes either way', async () => {
    expect((await judge({ headers: signedWebhook(body) })).returned).toEqual(event);
    const table = [
      [now - 301, 'from-the-future'],
      [now - 300, 'believed'],
      [now + 300, 'believed'],
      [now + 301, 'too-old'],
    ] as const;
    for (const [at, code] of table) {
      const outcome = await judge({ headers: signedWebhook(body), now: at });
      expect([at - now, codeOf(outcome)]).toEqual([at - now, code]);
    }
  });

  it('the example vector of the Standard Webhooks libraries is believed', async () => {
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    const said = { headers, body: '{"test": 2432232314}', now: 1_614_265_330 };
    const outcome = await judge({ ...said, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' });
    // Its signature fits; it is only no event of ours.
    expect(outcome.problem).toBe('malformed');
    expect(outcome.message).toContain('no event');
  });

  it('C-9 a webhook that was changed, signed by another or cut short is refused', async () => {
    const good = signedWebhook(body);
    const other = signedWebhook(body, now, 'msg_1', `whsec_${Buffer.alloc(32, 1).toString('base64')}`);
    const both = `${other['webhook-signature']} v2,x ${good['webhook-signature']}`;
    const { 'webhook-id': _, ...nameless } = good;
    const table: [Record<string, unknown>, string][] = [
      [{ headers: { ...good, 'webhook-signature': both } }, 'believed'],
      [{ headers: good, body: `${body} ` }, 'tampered'],
      [{ headers: { ...good, 'webhook-id': 'msg_2' } }, 'tampered'],
      [{ headers: { ...good, 'webhook-timestamp': String(now + 1) } }, 'tampered'],
      [{ headers: other }, 'tampered'],
      [{ headers: { ...good, 'webhook-signature': (good['webhook-signature'] ?? '').slice(3) } }, 'tampered'],
      [{ headers: nameless }, 'malformed'],
      [{ headers: { ...good, 'webhook-timestamp': `${now}.0` } }, 'malformed'],
      [{ headers: signedWebhook('[]'), body: '[]' }, 'malformed'],
    ];
    for (const [fields, code] of table) expect([fields, codeOf(await judge(fields))]).toEqual([fields, code]);
  });
}
