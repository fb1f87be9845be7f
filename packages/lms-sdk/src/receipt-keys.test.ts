import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalServer, startLocalServer } from './local-server.fixture.ts';
import { ReceiptError } from './receipt-error.ts';
import { receiptKeys } from './receipt-keys.ts';
import { claims, makeSigner, passedAt, type Signer } from './receipt-signer.fixture.ts';
import { verifyReceipt } from './verify-receipt.ts';

const hour = 3_600_000;
let server: LocalServer;
let first: Signer;
let clock: number;
const now = () => clock;

beforeEach(async () => {
  server = await startLocalServer();
  first = await makeSigner('key-1');
  clock = passedAt;
  server.reply = () => ({ status: 200, body: first.jwks });
});
afterEach(() => server.close());

function breakDown(): void {
  server.reply = () => ({ status: 503, body: { code: 'unavailable', detail: 'Later.' } });
}

async function outcome(finding: Promise<unknown>): Promise<string> {
  return finding.then(
    () => 'found',
    (error: unknown) => (error instanceof ReceiptError ? error.code : String(error)),
  );
}

const header = (kid: string) => ({ alg: 'ES256', kid });

describe('receiptKeys', () => {
  it('C-8 keys are fetched once and then serve without the server', async () => {
    const keys = receiptKeys(server.url, { now });
    const expected = {
      issuer: claims.iss,
      audience: 'hanbit',
      check: 'chk_1',
      learner: 'trainee-17',
      jwks: keys,
      now,
    };
    const receipt = await first.sign(claims);
    expect(await verifyReceipt(receipt, expected)).toEqual(claims);
    await server.close();
    expect(await verifyReceipt(receipt, expected)).toEqual(claims);
    expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /.well-known/jwks.json',
    ]);
  });

  it('C-8 many receipts at once fetch once', async () => {
    const keys = receiptKeys(server.url, { now });
    const all = Array.from({ length: 20 }, () => outcome(keys.find(header('key-1'))));
    expect(new Set(await Promise.all(all))).toEqual(new Set(['found']));
    expect(server.seen).toHaveLength(1);
  });

  it('C-8 an unknown key fetches again, at most every 30 s', async () => {
    const keys = receiptKeys(server.url, { now });
    expect(await outcome(keys.find(header('key-1')))).toBe('found');
    const second = await makeSigner('key-2');
    server.reply = () => ({ status: 200, body: { keys: [...first.jwks.keys, ...second.jwks.keys] } });
    clock += 29_999;
    expect(await outcome(keys.find(header('key-2')))).toBe('unknown-key');
    expect(server.seen).toHaveLength(1);
    clock += 1;
    expect(await outcome(keys.find(header('key-2')))).toBe('found');
    expect(server.seen).toHaveLength(2);
    for (let guess = 0; guess < 5; guess += 1) {
      expect(await outcome(keys.find(header(`guess-${guess}`)))).toBe('unknown-key');
    }
    expect(server.seen).toHaveLength(2);
  });

  it('C-9 an unknown key that cannot be looked up stays unknown and harms no known one', async () => {
    const keys = receiptKeys(server.url, { now });
    await keys.find(header('key-1'));
    breakDown();
    clock += 30_000;
    expect(await outcome(keys.find(header('key-2')))).toBe('unknown-key');
    expect(await outcome(keys.find(header('key-2')))).toBe('unknown-key');
    expect(server.seen).toHaveLength(2);
    expect(await outcome(keys.find(header('key-1')))).toBe('found');
  });

  it('C-9 keys serve offline until they are too old, then nothing is believed', async () => {
    const keys = receiptKeys(server.url, { now, maxAge: 2 * hour });
    await keys.find(header('key-1'));
    breakDown();
    clock += 2 * hour;
    expect(await outcome(keys.find(header('key-1')))).toBe('found');
    clock += 1;
    expect(await outcome(keys.find(header('key-1')))).toBe('keys-expired');
    server.reply = () => ({ status: 200, body: first.jwks });
    expect(await outcome(keys.find(header('key-1')))).toBe('found');
  });

  it('C-8 keys are renewed beside the work from half of their age on', async () => {
    const keys = receiptKeys(server.url, { now, maxAge: 2 * hour });
    await keys.find(header('key-1'));
    clock += hour;
    await keys.find(header('key-1'));
    expect(server.seen).toHaveLength(1);
    clock += 1;
    await keys.find(header('key-1'));
    await expect.poll(() => server.seen.length).toBe(2);
    breakDown();
    clock += 2 * hour - 1;
    expect(await outcome(keys.find(header('key-1')))).toBe('found');
  });

  it('C-9 without any keys nothing is believed', async () => {
    const replies = [
      { status: 503, body: {} },
      { status: 200, body: 'no json' },
      { status: 200, body: { no: 'keys' } },
      { status: 302, body: '', headers: { location: 'https://other.example/jwks.json' } },
    ];
    for (const reply of replies) {
      server.reply = () => reply;
      expect(await outcome(receiptKeys(server.url, { now }).find(header('key-1')))).toBe('keys-unavailable');
    }
    await server.close();
    expect(await outcome(receiptKeys(server.url, { now }).find(header('key-1')))).toBe('keys-unavailable');
  });

  it('C-9 a server that hangs is not waited for', async () => {
    server.reply = () => new Promise(() => undefined);
    const keys = receiptKeys(server.url, { now, timeout: 50 });
    expect(await outcome(keys.find(header('key-1')))).toBe('keys-unavailable');
  });
});
