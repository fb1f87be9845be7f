import { calculateJwkThumbprint, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Asking } from '../common/problem.ts';
import { dpopProof } from './dpop.ts';
import { generateKeys } from './keys.ts';
import { createServer } from './server.ts';
import type { Keys } from './store.ts';

const NOW = Date.UTC(2026, 10, 23, 3, 0, 0) + 456;
let keys: Keys;
beforeAll(async () => {
  keys = await generateKeys();
});

async function read(proof: string) {
  const header = decodeProtectedHeader(proof);
  if (!header.jwk) throw new Error('The proof carries no key');
  const { payload } = await jwtVerify(proof, await importJWK(header.jwk, 'ES256'), {
    currentDate: new Date(NOW),
  });
  return { header, payload };
}

describe('R-3 DPoP proofs (RFC 9449 §4.2)', () => {
  it('R-3 carry method, address without query, time in seconds, a fresh id and the public key alone', async () => {
    const url = 'https://motp.example/app-api/device?x=1#y';
    const { header, payload } = await read(await dpopProof(keys.signing, { method: 'GET', url, now: NOW }));
    expect(Object.keys(header).sort()).toEqual(['alg', 'jwk', 'typ']);
    expect(header.typ).toBe('dpop+jwt');
    expect(header.alg).toBe('ES256');
    expect(Object.keys(header.jwk ?? {}).sort()).toEqual(['crv', 'kty', 'x', 'y']);
    expect(Object.keys(payload).sort()).toEqual(['htm', 'htu', 'iat', 'jti']);
    expect(payload.htm).toBe('GET');
    expect(payload.htu).toBe('https://motp.example/app-api/device');
    expect(payload.iat).toBe(Math.floor(NOW / 1000));
    expect(payload.jti).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it('R-3 name the device by the thumbprint of their key', async () => {
    const { header } = await read(
      await dpopProof(keys.signing, { method: 'GET', url: 'https://a/b', now: NOW }),
    );
    expect(await calculateJwkThumbprint(header.jwk ?? {})).toBe(keys.thumbprint);
  });

  it('R-3 are never the same twice', async () => {
    const of = { method: 'GET', url: 'https://a/b', now: NOW } as const;
    const [one, two] = await Promise.all([dpopProof(keys.signing, of), dpopProof(keys.signing, of)]);
    expect((await read(one)).payload.jti).not.toBe((await read(two)).payload.jti);
  });

  it('R-3 bind the encryption key in the first request', async () => {
    const of = { method: 'POST', url: 'https://a/b', now: NOW, encryptionThumbprint: 'thumb' } as const;
    expect((await read(await dpopProof(keys.signing, of))).payload.enc_jkt).toBe('thumb');
  });
});

describe('R-3 requests of the app', () => {
  const stale = { kind: 'problem', problem: { status: 401, code: 'proof-stale', now: NOW } } as const;
  const fine = { kind: 'ok', status: 200, body: {} } as const;

  /** What is sent when the phone is ten minutes late and the server answers by the script. */
  async function exchange(script: readonly Answer<object>[]) {
    const sent: (Asking & { readonly url: string })[] = [];
    const transport = async <Body>(url: string, asking: Asking = {}): Promise<Answer<Body>> => {
      sent.push({ ...asking, url });
      return (script[sent.length - 1] ?? { kind: 'unreachable' }) as Answer<Body>;
    };
    const answer = await createServer('https://motp.example', () => NOW - 600_000, transport).device(
      keys.signing,
    );
    const proofs = await Promise.all(sent.map(({ headers }) => read(headers?.dpop ?? '')));
    return { answer, sent, proofs: proofs.map(({ payload }) => payload) };
  }

  it('R-3 a stale proof is made again once, with the time that the server named', async () => {
    const { answer, sent, proofs } = await exchange([stale, fine]);
    expect(answer).toEqual(fine);
    expect(sent.map(({ method, url }) => `${method} ${url}`)).toEqual(
      Array(2).fill('GET https://motp.example/app-api/device'),
    );
    expect(proofs.map(({ iat }) => iat)).toEqual([Math.floor(NOW / 1000) - 600, Math.floor(NOW / 1000)]);
    expect(proofs[0]?.jti).not.toBe(proofs[1]?.jti);
    expect(proofs[0]?.htu).toBe('https://motp.example/app-api/device');
  });

  it('R-3 a proof that stays stale is not made a third time', async () => {
    const { answer, proofs } = await exchange([stale, stale, fine]);
    expect(answer).toEqual(stale);
    expect(proofs).toHaveLength(2);
  });

  it('C-9 no answer at all is told from a refusal', async () => {
    const nowhere = createServer('http://127.0.0.1:1', () => NOW);
    expect(await nowhere.device(keys.signing)).toEqual({ kind: 'unreachable' });
  });
});
