import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openKeyring } from '../keys/keyring.ts';
import { parseMasterKey } from '../keys/master-key.ts';
import { clearHead, HEAD_BYTES, openChunks, readClearHead, sealChunks } from './chunks.ts';
import { RowDigest } from './digest.ts';

const page = readFileSync(new URL('../../../../docs/spec/transfer.md', import.meta.url), 'utf8');
const inPage = (name: string) => page.match(new RegExp(`^\\| ${name} \\| \`(.+)\` \\|$`, 'm'))?.[1] ?? '';
const bytesInPage = (name: string) => Buffer.from(inPage(name), 'hex');

const collected = async (source: AsyncIterable<Buffer>) =>
  Buffer.concat(await Readable.from(source).toArray());

const sealing = [bytesInPage('sealing key').toString('base64url')];
const master = parseMasterKey(
  JSON.stringify({ version: 1, demo: false, lookup: Buffer.alloc(32).toString('base64url'), sealing }),
);
const keyring = openKeyring(master, (bytes) => Buffer.alloc(bytes));
const salt = bytesInPage('salt');
const { id, key } = keyring.transferKey(salt);
const aad = clearHead(id, salt);

const sealed = async (plain: Buffer, piece = 1_000) => {
  const pieces = Array.from({ length: Math.ceil(plain.length / piece) }, (_, at) =>
    plain.subarray(at * piece, (at + 1) * piece),
  );
  return Buffer.concat([aad, await collected(sealChunks({ key, aad }, Readable.from(pieces)))]);
};
const opened = (file: Buffer) =>
  collected(openChunks({ key, aad }, Readable.from([file.subarray(HEAD_BYTES)])));

describe('the export file of docs/spec/transfer.md', () => {
  it('P-2 opens and is made as the page says', async () => {
    expect([id, key.export().toString('hex')]).toEqual([inPage('id'), inPage('K')]);
    const file = bytesInPage('file');
    expect(readClearHead(file)).toEqual({ keyId: inPage('id'), salt });
    expect(await opened(file)).toEqual(bytesInPage('plaintext'));
    expect(await sealed(bytesInPage('plaintext'))).toEqual(file);
  });

  it('P-2 has its last chunk full, or another after it', async () => {
    for (const letters of [65_536, 65_537]) {
      const file = await sealed(Buffer.alloc(letters, 'a'));
      const digest = createHash('sha256').update(file).digest('hex');
      expect(page).toContain(`\`${digest}\``);
      expect(page).toContain(`${file.length.toLocaleString('en')} bytes`);
      expect(await opened(file)).toEqual(Buffer.alloc(letters, 'a'));
    }
  });

  it('P-2 opens whatever was sealed, however it comes in, and nothing of it without its end', async () => {
    const sizes = fc.integer({ min: 1, max: 200_000 });
    const property = fc.asyncProperty(sizes, fc.integer({ min: 500, max: 100_000 }), async (size, piece) => {
      const plain = Buffer.alloc(size, 'motp');
      const file = await sealed(plain, piece);
      expect((await opened(file)).equals(plain)).toBe(true);
      await expect(opened(file.subarray(0, file.length - 1))).rejects.toThrow('cut off');
    });
    await fc.assert(property, { numRuns: 30 });
  });

  it('P-4 has a digest that no order changes', () => {
    const digestOf = (lines: string[]) => {
      const digest = new RowDigest();
      for (const line of lines) digest.add(line);
      return digest.total();
    };
    const lines = ['["a",1,null]', '["홍길동",2,"x"]'];
    expect(page).toContain(`\`${digestOf(lines).digest}\``);
    expect(digestOf([...lines].reverse())).toEqual(digestOf(lines));
    expect(digestOf([...lines, '["a",1,null]'])).not.toEqual(digestOf(lines));
    expect(digestOf([])).toEqual({ rows: 0, digest: '0'.repeat(64) });
  });
});
