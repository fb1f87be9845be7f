import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openKeyring, type Place, SealError, type Sealed } from './keyring.ts';
import { newMasterKey, replaceLookup, rotateSealing } from './master-key.ts';

const master = newMasterKey(randomBytes, false);
const keyring = openKeyring(master, randomBytes);
const place: Place = { table: 'learner', column: 'name', row: 'lrn_1' };

describe('P-2 sealing', () => {
  it('P-2 opens in its place what was sealed there', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(anything, (plain) => {
        expect(keyring.open(place, keyring.seal(place, plain))).toEqual(Buffer.from(plain));
      }),
    );
  });

  it.each([
    ['table', { ...place, table: 'check' }],
    ['column', { ...place, column: 'phone' }],
    ['row', { ...place, row: 'lrn_2' }],
    ['row that would join up with the column', { table: 'learner', column: 'nam', row: 'elrn_1' }],
  ])('P-2 does not open in another %s', (_what, elsewhere) => {
    const sealed = keyring.seal(place, '홍길동');
    expect(() => keyring.open(elsewhere, sealed)).toThrow(
      new SealError('a sealed value does not open in this place'),
    );
  });

  it('P-2 the same value never looks the same twice, and never shows itself', () => {
    const [one, other] = [keyring.seal(place, '홍길동'), keyring.seal(place, '홍길동')];
    expect(one).not.toBe(other);
    const bytes = Buffer.from(one.split('.')[2] ?? '', 'base64url');
    expect(bytes).toHaveLength(12 + Buffer.byteLength('홍길동') + 16);
    expect(bytes.includes('홍길동')).toBe(false);
    expect(one.startsWith(`v1.${master.sealing[0]?.id}.`)).toBe(true);
  });

  it('P-2 one changed bit anywhere is refused', () => {
    const sealed = keyring.seal(place, '홍길동');
    const [format, id, text = ''] = sealed.split('.');
    const bytes = Buffer.from(text, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const altered = Buffer.from(bytes);
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const changed = `${format}.${id}.${altered.toString('base64url')}` as Sealed;
      expect(() => keyring.open(place, changed)).toThrow(SealError);
    }
  });

  it.each(['', 'v1', 'v1.x', 'v1.00000000.AAAA', '홍길동'])('P-2 %j does not open', (text) => {
    expect(() => keyring.open(place, text as Sealed)).toThrow(SealError);
  });

  it('P-2 a value of another format is refused', () => {
    const later = keyring.seal(place, 'x').replace('v1.', 'v2.') as Sealed;
    expect(() => keyring.open(place, later)).toThrow(new SealError('not a sealed value'));
  });

  it('P-2 a value that was cut is refused', () => {
    const [format, id] = keyring.seal(place, '').split('.');
    const short = `${format}.${id}.${randomBytes(27).toString('base64url')}` as Sealed;
    expect(() => keyring.open(place, short)).toThrow(new SealError('a sealed value is too short'));
  });
});

describe('P-2 rotation', () => {
  const old = keyring.seal(place, '홍길동');
  const rotated = rotateSealing(master, randomBytes);
  const after = openKeyring(rotated, randomBytes);

  it('P-2 the new key seals, the old one still opens', () => {
    expect(after.open(place, old).toString()).toBe('홍길동');
    const fresh = after.seal(place, '홍길동');
    expect([after.isStale(old), after.isStale(fresh)]).toEqual([true, false]);
    expect(() => keyring.open(place, fresh)).toThrow(
      new SealError('sealed by a key that is not in the master key file'),
    );
  });

  it('P-2 a running server opens what another sealed with a newer key, and seals with it when it is told', () => {
    let file = master;
    const running = openKeyring(master, randomBytes, () => file);
    file = rotated;
    expect(running.isStale(running.seal(place, 'x'))).toBe(false);
    expect(running.open(place, after.seal(place, '홍길동')).toString()).toBe('홍길동');
    expect(running.seal(place, 'x').split('.')[1]).toBe(rotated.sealing[0]?.id);
    expect(running.isStale(old)).toBe(true);
    const told = openKeyring(master, randomBytes, () => rotated);
    told.refresh();
    expect(told.seal(place, 'x').split('.')[1]).toBe(rotated.sealing[0]?.id);
  });

  it('P-2 a retired key opens nothing any more', () => {
    const retired = openKeyring({ ...rotated, sealing: rotated.sealing.slice(0, 1) }, randomBytes);
    expect(() => retired.open(place, old)).toThrow(SealError);
    expect(retired.open(place, after.seal(place, 'new')).toString()).toBe('new');
  });

  it('P-2 rotating the sealing key leaves every lookup as it is', () => {
    expect(after.hash('phone', '+821012345678')).toBe(keyring.hash('phone', '+821012345678'));
  });

  it('P-2 another master key opens nothing and looks nothing up', () => {
    const stranger = openKeyring(newMasterKey(randomBytes, false), randomBytes);
    expect(() => stranger.open(place, old)).toThrow(SealError);
    expect(stranger.hash('phone', '+821012345678')).not.toBe(keyring.hash('phone', '+821012345678'));
    const replaced = openKeyring(replaceLookup(master, randomBytes), randomBytes);
    expect(replaced.hash('phone', '+821012345678')).not.toBe(keyring.hash('phone', '+821012345678'));
    expect(replaced.open(place, old).toString()).toBe('홍길동');
  });
});

describe('P-2 lookups', () => {
  it('P-2 equal texts are equal, and each purpose has its own key', () => {
    const hashes = [
      keyring.hash('name', 'x'),
      keyring.hash('phone', 'x'),
      keyring.hash('check-token', 'x'),
      keyring.hash('proof-code', 'x'),
      keyring.hash('wrong-code', 'x'),
    ];
    expect(new Set(hashes).size).toBe(5);
    expect(keyring.hash('name', 'x')).toBe(hashes[0]);
    expect(keyring.hash('name', 'y')).not.toBe(hashes[0]);
    for (const hash of hashes) expect(hash).toMatch(/^[\w-]{43}$/);
  });
});
