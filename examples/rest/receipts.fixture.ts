import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LocalServer, startLocalServer } from '../../packages/lms-sdk/src/local-server.fixture.ts';
import {
  claims,
  makeSigner,
  passedAt,
  type Signer,
} from '../../packages/lms-sdk/src/receipt-signer.fixture.ts';
import { codeOf, type Example, type Outcome } from './sample.fixture.ts';

let server: LocalServer;
let signer: Signer;

function withLocalServer(): void {
  beforeEach(async () => {
    server = await startLocalServer();
    signer = await makeSigner('key-1');
    server.reply = () => ({ status: 200, body: signer.jwks });
  });
  afterEach(() => server.close());
}

const now = passedAt / 1000;
const day = 24 * 3600;
const head = { alg: 'ES256', typ: 'motp-receipt+jwt', kid: 'key-1' };

/** What ASN.1 writes differently: it drops a leading zero, unless the next bit would make the number negative. */
function shapeOf([first = 0, second = 0]: Uint8Array): string {
  if (first > 0) return first >= 0x80 ? 'high' : 'plain';
  return second >= 0x80 ? 'short and high' : 'short';
}

type Verify = (receipt: string, fields: Record<string, unknown>) => Promise<Outcome>;

const verifying =
  (example: Example): Verify =>
  (receipt, fields) =>
    example.call('verifyReceipt', { learner: 'trainee-17', check: 'chk_1', now, receipt, ...fields });

export function receipts(example: Example): void {
  withLocalServer();
  const verify = verifying(example);
  const known = () => example.settings(server.url, { issuer: `${claims.iss}/` });

  it('C-8 a receipt opens for ten minutes, and never before its time', async () => {
    const settings = known();
    const receipt = await signer.sign(claims);
    const table = [
      [now - 61, 'from-the-future'],
      [now - 60, 'believed'],
      [now + 600, 'believed'],
      [now + 601, 'too-old'],
    ] as const;
    for (const [at, code] of table) {
      expect([at - now, codeOf(await verify(receipt, { settings, now: at }))]).toEqual([at - now, code]);
    }
    expect((await verify(receipt, { settings })).returned).toEqual(claims);
  });

  it('C-9 what is no receipt of this server’s is refused, whatever it is', async () => {
    const settings = known();
    const good = await signer.sign(claims);
    const [header = '', payload = '', signature = ''] = good.split('.');
    const stranger = await makeSigner('key-1');
    const other = await makeSigner('key-2');
    const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const symmetric = `${b64({ alg: 'HS256', typ: 'motp-receipt+jwt', kid: 'key-1' })}.${payload}`;
    const mac = createHmac('sha256', JSON.stringify(signer.jwks.keys[0]))
      .update(symmetric)
      .digest('base64url');
    const { iat: _, ...undated } = claims;
    const table: [string, string, string][] = [
      ['a stranger’s key under a known name', await stranger.sign(claims), 'tampered'],
      ['a key nobody publishes', await other.sign(claims), 'unknown-key'],
      [
        'no signature',
        `${b64({ alg: 'none', typ: 'motp-receipt+jwt', kid: 'key-1' })}.${payload}.`,
        'malformed',
      ],
      ['a MAC with the public key', `${symmetric}.${mac}`, 'malformed'],
      ['another type', await signer.sign(claims, { typ: 'JWT' }), 'malformed'],
      ['a header cut short', `${header.slice(0, -1)}.${payload}.${signature}`, 'malformed'],
      ['crit', `${b64({ ...head, crit: ['x'], x: 1 })}.${payload}.${signature}`, 'malformed'],
      ['a signature of zeros', `${header}.${payload}.${'A'.repeat(86)}`, 'tampered'],
      ['a short signature', `${header}.${payload}.${signature.slice(0, 80)}`, 'malformed'],
      ['padding', `${good}==`, 'malformed'],
      ['blanks', ` ${good}`, 'malformed'],
      ['four parts', `${good}.`, 'malformed'],
      ['nothing', '', 'malformed'],
      ['a list', await signer.sign([claims]), 'malformed'],
      ['no date', await signer.sign(undated), 'malformed'],
      ['a date in words', await signer.sign({ ...claims, iat: String(claims.iat) }), 'malformed'],
      ['several audiences', await signer.sign({ ...claims, aud: ['hanbit', 'other'] }), 'malformed'],
      ['a demonstration', await signer.sign({ ...claims, demo: true }), 'demo-refused'],
    ];
    for (const [what, receipt, code] of table) {
      expect([what, codeOf(await verify(receipt, { settings }))]).toEqual([what, code]);
    }
  });

  it('C-8 signatures whose numbers are short or high are read right', async () => {
    const settings = known();
    const seen = new Set<string>();
    for (let tries = 0; seen.size < 8 && tries < 20_000; tries++) {
      const receipt = await signer.sign({ ...claims, amr: [String(tries)] });
      const raw = Buffer.from(receipt.split('.')[2] ?? '', 'base64url');
      const shapes = [`r ${shapeOf(raw.subarray(0, 32))}`, `s ${shapeOf(raw.subarray(32))}`];
      if (shapes.every((shape) => seen.has(shape))) continue;
      for (const shape of shapes) seen.add(shape);
      expect(codeOf(await verify(receipt, { settings }))).toBe('believed');
    }
    expect(seen.size).toBe(8);
  });
}

export function keys(example: Example): void {
  withLocalServer();
  const verify = verifying(example);

  it('C-8 keys are fetched once, without the API key, and serve for a day without the server', async () => {
    const settings = example.settings(server.url, { issuer: claims.iss });
    const at = async (later: number) => {
      const receipt = await signer.sign({ ...claims, iat: now + later });
      return codeOf(await verify(receipt, { settings, now: now + later }));
    };
    expect(await at(0)).toBe('believed');
    expect(await at(day / 2)).toBe('believed');
    expect(server.seen.map(({ path }) => path)).toEqual(['/.well-known/jwks.json']);
    expect(server.seen[0]?.headers.authorization).toBeUndefined();
    server.reply = () => ({ status: 503, body: { code: 'unavailable', detail: 'Later.' } });
    expect(await at(day)).toBe('believed');
    expect(await at(day + 1)).toBe('keys-expired');
    server.reply = () => ({ status: 200, body: signer.jwks });
    expect(await at(day + 60)).toBe('believed');
  });

  it('C-8 an unknown key fetches again, at most every 30 s', async () => {
    const settings = example.settings(server.url, { issuer: claims.iss });
    const second = await makeSigner('key-2');
    const [first, next] = [await signer.sign(claims), await second.sign(claims)];
    expect(codeOf(await verify(first, { settings }))).toBe('believed');
    server.reply = () => ({ status: 200, body: { keys: [...signer.jwks.keys, ...second.jwks.keys] } });
    expect(codeOf(await verify(next, { settings, now: now + 29 }))).toBe('unknown-key');
    expect(server.seen).toHaveLength(1);
    expect(codeOf(await verify(next, { settings, now: now + 30 }))).toBe('believed');
    expect(codeOf(await verify(first, { settings, now: now + 31 }))).toBe('believed');
    expect(server.seen).toHaveLength(2);
  });

  it('C-9 without any keys nothing is believed', async () => {
    const receipt = await signer.sign(claims);
    for (const reply of [
      { status: 503, body: {} },
      { status: 200, body: 'no json' },
      { status: 200, body: { keys: 'none' } },
      { status: 302, body: '', headers: { location: `${server.url}/elsewhere` } },
    ]) {
      server.reply = () => reply;
      const settings = example.settings(server.url, { issuer: claims.iss });
      expect(codeOf(await verify(receipt, { settings }))).toBe('keys-unavailable');
    }
    expect(server.seen.map(({ path }) => path)).not.toContain('/elsewhere');
  });
}
