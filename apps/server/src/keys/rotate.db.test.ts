import { randomBytes } from 'node:crypto';
import { parseCode } from '@motp/otp';
import { afterEach, describe, expect, it } from 'vitest';
import { dialects, exam, PUBLIC_URL, type System, startSystem, 홍길동 } from '../../test/support/system.ts';
import { answerQueue } from '../checks/answer-check.ts';
import { openCheck, tokenHash } from '../checks/open-check.ts';
import { dumpOf } from '../db/contents.fixture.ts';
import { Certifier } from '../identity/certifier.fixture.ts';
import { readInstitution } from '../institutions/read-institution.ts';
import type { PhoneNumber } from '../learners/rules.ts';
import { signingKeys } from '../receipts/signing-keys.ts';
import { type Keyring, openKeyring } from './keyring.ts';
import { replaceLookup, rotateSealing } from './master-key.ts';
import { rehash, reseal } from './rotate.ts';

for (const dialect of dialects) {
  describe(`new keys over a ${dialect} database`, () => {
    let system: System;
    afterEach(() => system?.close());

    /** Opens a check and answers it, as a server with this keyring would. */
    async function answerWith(keyring: Keyring, typed: string, number: number): Promise<string> {
      const { database, world } = system;
      const institution = await readInstitution(database, 'inst');
      const request = { ...exam, occasion: { kind: 'exam' as const, number } };
      const keys = await signingKeys(database, keyring, world);
      const issuer = { issuer: PUBLIC_URL, demo: true, keys };
      const opening = { database, keyring, world, issuer, publicUrl: PUBLIC_URL, demo: true };
      const opened = await openCheck(opening, institution, request);
      if (opened.kind !== 'answered' || opened.body.status !== 'open') return opened.kind;
      const hash = tokenHash(new URL(opened.body.url).pathname.split('/')[2] ?? '');
      const outcome = await answerQueue({ database, keyring, world }).add({
        tokenHash: hash,
        code: parseCode(typed) ?? expect.fail('no code'),
        now: world.now(),
      });
      return outcome.kind;
    }

    /** A name that was changed by a certified identity check, and another check that is under way. */
    async function withTroubles() {
      const certifier = new Certifier();
      system = await startSystem(dialect, { providers: { phone: certifier } });
      const phone = await system.registered();
      const begin = async () => {
        const ask = { method: 'phone', purpose: 'name' };
        return (await phone.request('POST', '/app-api/device/identity', ask)).json;
      };
      certifier.certifies({ name: '홍길순', phone: '+821012345678' as PhoneNumber, di: 'di-of-hong' });
      const { attempt, secret } = await begin();
      const path = `/identity/return/${attempt}`;
      const back = await system.send({ method: 'POST', path, body: { secret, parameters: {} } });
      expect(back.json).toEqual({ outcome: 'passed' });
      system.world.advance(1);
      return { certifier, running: await begin() };
    }

    const sealedIds = async () => {
      const lines = await dumpOf(system.database);
      const ids = lines.flatMap((line) => [...line.matchAll(/"v1\.([0-9a-f]{8})\./g)].map(([, id]) => id));
      return [...new Set(ids)];
    };

    it('P-2 after a rotation everything can be sealed again, and the old key be retired', async () => {
      system = await startSystem(dialect);
      const { database, master } = system;
      const phone = await system.registered();
      await system.openCheck({ learner: { ...홍길동, birthDate: '1990-01-31' }, session: { id: 's' } });
      const rotated = rotateSealing(master, randomBytes);
      const keyring = openKeyring(rotated, randomBytes);
      expect(await sealedIds()).toEqual([master.sealing[0]?.id]);
      const rows: Record<string, number> = {};
      const count = await reseal(database, keyring, (table, more) => {
        rows[table] = (rows[table] ?? 0) + more;
      });
      expect(rows).toEqual({ learner: 1, device: 1, registration: 1, check: 1, message: 1, signing_key: 1 });
      // Name and number; seed; name, number, birth date and session; number and text; the private key.
      expect(count).toBe(2 + 1 + 0 + 4 + 2 + 1);
      expect(await sealedIds()).toEqual([rotated.sealing[0]?.id]);
      expect(await reseal(database, keyring, () => undefined)).toBe(0);
      const retired = openKeyring({ ...rotated, sealing: rotated.sealing.slice(0, 1) }, randomBytes);
      expect(await answerWith(retired, phone.code(), 2)).toBe('passed');
    });

    it('P-2 a server that runs goes on through the rotation', async () => {
      system = await startSystem(dialect);
      const { database, master, world } = system;
      const phone = await system.registered();
      const rotated = rotateSealing(master, randomBytes);
      let file = master;
      const running = openKeyring(master, randomBytes, () => file);
      expect(await answerWith(running, phone.code(), 1)).toBe('passed');
      file = rotated;
      await reseal(database, openKeyring(rotated, randomBytes), () => undefined);
      world.advance(60_000);
      expect(await answerWith(running, phone.code(), 2)).toBe('passed');
    });

    it('P-2 with another lookup key every number is found again, and none under the old one', async () => {
      system = await startSystem(dialect);
      const { database, keyring, master, world } = system;
      const phone = await system.registered();
      const other = await system.registered({ name: '김영희', phone: '010-8765-4321' });
      await other.request('DELETE', '/app-api/learner');
      const pending = await system.openCheck({ occasion: { kind: 'exam', number: 9 } });
      const next = openKeyring(replaceLookup(master, randomBytes), randomBytes);
      await rehash(database, keyring, next, () => undefined);
      const old = ['+821012345678', '+821087654321'].map((number) => keyring.hash('phone', number));
      const lines = await dumpOf(database);
      expect(lines.filter((line) => old.some((key) => line.includes(key)))).toEqual([]);
      const ended = await database.sql.selectFrom('check').selectAll().where('id', '=', pending.id).execute();
      expect(ended).toMatchObject([{ status: 'expired', phone_key: next.hash('phone', '+821012345678') }]);
      expect(await answerWith(next, phone.code(), 1)).toBe('passed');
      world.advance(60_000);
      expect(await answerWith(next, phone.code(), 2)).toBe('passed');
      const devices = await database.sql.selectFrom('device').select(['status', 'phone_key']).execute();
      expect(devices).toContainEqual({ status: 'active', phone_key: next.hash('phone', '+821012345678') });
      expect(devices).toContainEqual({ status: 'ended', phone_key: null });
    });

    it('P-2 sealed again: identity checks, certified numbers and former values too', async () => {
      const { certifier } = await withTroubles();
      expect(certifier.started).toHaveLength(2);
      const { database, keyring, master } = system;
      const rotated = rotateSealing(master, randomBytes);
      const rows: Record<string, number> = {};
      await reseal(database, openKeyring(rotated, randomBytes), (table, more) => {
        rows[table] = (rows[table] ?? 0) + more;
      });
      expect(rows).toMatchObject({ identity_attempt: 2, certified_number: 1, former_value: 1 });
      expect(await sealedIds()).toEqual([rotated.sealing[0]?.id]);
      const [former = expect.fail('no former value')] = await database.sql
        .selectFrom('former_value')
        .selectAll()
        .execute();
      const place = { table: 'former_value', column: 'value', row: former.id };
      const retired = openKeyring({ ...rotated, sealing: rotated.sealing.slice(0, 1) }, randomBytes);
      expect(retired.open(place, former.value_sealed).toString()).toBe('홍길동');
      expect(() => keyring.open(place, former.value_sealed)).toThrow();
    });

    it('P-2 with another lookup key a certified number is found by number and by person; what runs ends', async () => {
      const { running } = await withTroubles();
      const { database, keyring, master } = system;
      const next = openKeyring(replaceLookup(master, randomBytes), randomBytes);
      await rehash(database, keyring, next, () => undefined);
      const certified = await database.sql.selectFrom('certified_number').selectAll().execute();
      expect(certified).toMatchObject([
        { phone_key: next.hash('phone', '+821012345678'), di_key: next.hash('di', 'di-of-hong') },
      ]);
      const attempts = await database.sql
        .selectFrom('identity_attempt')
        .select(['status', 'reason', 'phone_key', 'state_sealed', 'di_sealed'])
        .orderBy('created_at')
        .orderBy('status')
        .execute();
      const emptied = { phone_key: '', state_sealed: null, di_sealed: null };
      expect(attempts).toEqual([
        { status: 'passed', reason: null, ...emptied },
        { status: 'refused', reason: 'check-over', ...emptied },
      ]);
      expect(running.attempt).toMatch(/^idt_/);
      const lines = await dumpOf(database);
      const old = [
        keyring.hash('phone', '+821012345678'),
        keyring.hash('di', 'di-of-hong'),
        ...['홍길동', '홍길순'].map((name) => keyring.hash('name', name)),
      ];
      expect(lines.filter((line) => old.some((key) => line.includes(key)))).toEqual([]);
    });
  });
}
