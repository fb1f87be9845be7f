import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { verifyWebhook, type WebhookErrorCode } from './verify-webhook.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const NOW = Date.UTC(2026, 10, 23, 3);
const data = {
  check: 'chk_1',
  learner: { id: 'trainee-17' },
  course: { id: 'safety-101', title: '산업안전보건' },
  occasion: { kind: 'exam', number: 1 },
};
const event = { type: 'check.locked', timestamp: new Date(NOW).toISOString(), data };
const BODY = JSON.stringify(event);

/** As the reference library of the convention signs. */
const headersOf = (body = BODY, { at = NOW, secrets = [SECRET] } = {}) => ({
  'webhook-id': 'evt_1',
  'webhook-timestamp': String(Math.floor(at / 1000)),
  'webhook-signature': secrets
    .map((secret) => new Webhook(secret).sign('evt_1', new Date(at), body))
    .join(' '),
});

const now = () => NOW;
const codeOf = (promise: Promise<unknown>): Promise<WebhookErrorCode | 'none'> =>
  promise.then(
    () => 'none',
    (error) => error.code,
  );

describe('verifyWebhook', () => {
  it('believes what the convention’s own library signed, and gives the event with its id', async () => {
    expect(await verifyWebhook(headersOf(), BODY, SECRET, now)).toEqual({ ...event, id: 'evt_1' });
    expect(await verifyWebhook(headersOf(), Buffer.from(BODY), SECRET, now)).toEqual({
      ...event,
      id: 'evt_1',
    });
  });

  it('takes headers as fetch, Node and proxies write them', async () => {
    const headers = headersOf();
    const upper = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
    );
    const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
    for (const each of [new Headers(headers), upper, lists]) {
      expect(await verifyWebhook(each, BODY, SECRET, now)).toMatchObject({ type: 'check.locked' });
    }
  });

  it('believes either secret while one is changed for another', async () => {
    const headers = headersOf(BODY, { secrets: [OTHER, SECRET] });
    for (const secret of [SECRET, OTHER]) {
      expect(await verifyWebhook(headers, BODY, secret, now)).toMatchObject({ id: 'evt_1' });
    }
  });

  it('refuses every byte that was changed, and every other secret', async () => {
    const headers = headersOf();
    for (const [others, body, secret] of [
      [headers, BODY.replace('chk_1', 'chk_2'), SECRET],
      [headers, `${BODY} `, SECRET],
      [headers, BODY, OTHER],
      [{ ...headers, 'webhook-id': 'evt_2' }, BODY, SECRET],
      [{ ...headers, 'webhook-timestamp': String(NOW / 1000 + 1) }, BODY, SECRET],
      [{ ...headers, 'webhook-signature': 'v1,AAAA' }, BODY, SECRET],
      [{ ...headers, 'webhook-signature': 'v1,%%%' }, BODY, SECRET],
      [{ ...headers, 'webhook-signature': headers['webhook-signature'].replace('v1', 'v2') }, BODY, SECRET],
    ] as const) {
      expect(await codeOf(verifyWebhook(others, body, secret, now))).toBe('bad-signature');
    }
  });

  it.each([
    [-301, 'too-old'],
    [-300, 'none'],
    [300, 'none'],
    [301, 'from-the-future'],
  ])('sent %i seconds from now: %s', async (seconds, code) => {
    const headers = headersOf(BODY, { at: NOW + seconds * 1000 });
    expect(await codeOf(verifyWebhook(headers, BODY, SECRET, now))).toBe(code);
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('wants %s', async (name) => {
    const headers = { ...headersOf(), [name]: undefined };
    expect(await codeOf(verifyWebhook(headers, BODY, SECRET, now))).toBe('missing-headers');
    expect(await codeOf(verifyWebhook({ ...headersOf(), 'webhook-timestamp': 'x' }, BODY, SECRET, now))).toBe(
      'missing-headers',
    );
  });

  it('knows an unknown type as something to ignore, and no event as malformed', async () => {
    const later = JSON.stringify({ ...event, type: 'check.reviewed' });
    expect(await verifyWebhook(headersOf(later), later, SECRET, now)).toBeUndefined();
    for (const body of ['', '[]', '{', '{"type":1}', JSON.stringify({ ...event, data: [] })]) {
      expect(await codeOf(verifyWebhook(headersOf(body), body, SECRET, now))).toBe('malformed');
    }
  });

  it('says when the secret is none', async () => {
    for (const secret of ['', 'whsec_', 'whsec_%']) {
      expect(await codeOf(verifyWebhook(headersOf(), BODY, secret, now))).toBe('bad-secret');
    }
  });
});
