import { afterEach, describe, expect, it } from 'vitest';
import { openKeyring } from '../src/keys/keyring.ts';
import { replaceLookup, retireSealing, rotateSealing } from '../src/keys/master-key.ts';
import { rehash, reseal } from '../src/keys/rotate.ts';
import { realWorld } from '../src/world.ts';
import { dialects, type System, startSystem } from './support/system.ts';

const random = (bytes: number) => realWorld.random(bytes);

for (const dialect of dialects) {
  describe(`keys on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    it('P-2 everything is sealed again by the new key while a server with the old file answers', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const { token } = await system.openCheck();
      const rotated = rotateSealing(system.master, random);
      const counted: Record<string, number> = {};
      const resealed = await reseal(system.database, openKeyring(rotated, random), (table, rows) => {
        counted[table] = rows;
      });
      // learner 2, device 1, check 2, message 2, signing key 1; a proved registration holds nothing
      expect(resealed).toBe(8);
      expect(counted).toEqual({
        learner: 1,
        device: 1,
        registration: 1,
        check: 1,
        message: 1,
        signing_key: 1,
      });
      expect(await reseal(system.database, openKeyring(rotated, random), () => undefined)).toBe(0);
      // The server of this test cannot read a newer file, so what it needs fails closed instead of passing.
      expect((await system.answer(token, phone.code())).status).toBe(500);
      const onlyNew = openKeyring(retireSealing(rotated), random);
      const device = await system.database.sql.selectFrom('device').selectAll().executeTakeFirstOrThrow();
      if (device.seed_sealed === null) throw new Error('no seed');
      const seed = onlyNew.open({ table: 'device', column: 'seed', row: device.id }, device.seed_sealed);
      expect(seed).toEqual(Buffer.from(phone.seed ?? []));
    });

    it('P-2 a keyring meets a newer key by reading its file again', async () => {
      system = await startSystem(dialect);
      const rotated = rotateSealing(system.master, random);
      let file = system.master;
      const running = openKeyring(system.master, random, () => file);
      const place = { table: 'learner', column: 'name', row: 'lrn_1' };
      const sealedByOther = openKeyring(rotated, random).seal(place, '홍길동');
      file = rotated;
      expect(running.open(place, sealedByOther).toString()).toBe('홍길동');
      expect(running.isStale(running.seal(place, '홍길동'))).toBe(false);
    });

    it('P-2 with another lookup key the same learner is found by name and number', async () => {
      system = await startSystem(dialect);
      await system.registered();
      const master = replaceLookup(system.master, random);
      const next = openKeyring(master, random);
      const before = await system.database.sql.selectFrom('learner').selectAll().executeTakeFirstOrThrow();
      await rehash(system.database, system.keyring, next, () => undefined);
      const after = await system.database.sql.selectFrom('learner').selectAll().executeTakeFirstOrThrow();
      expect(after.phone_key).toBe(next.hash('phone', '+821012345678'));
      expect(after.name_key).toBe(next.hash('name', '홍길동'));
      expect(after.phone_key).not.toBe(before.phone_key);
      const device = await system.database.sql.selectFrom('device').selectAll().executeTakeFirstOrThrow();
      expect(device.phone_key).toBe(after.phone_key);
    });
  });
}
