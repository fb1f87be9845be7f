import { afterEach, describe, expect, it } from 'vitest';
import { dialects, exam, type System, startSystem } from '../../test/support/system.ts';
import { outcomeOf } from '../../test/support/wrong-codes.ts';
import { endExpiredChecks } from './end-expired.ts';

const MINUTE_MS = 60_000;

for (const dialect of dialects) {
  describe(`what time alone ends on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    it('C-1 a check is over after ten minutes, whether or not housekeeping came by', async () => {
      system = await startSystem(dialect);
      const { database, world } = system;
      const phone = await system.registered();
      const { id, token } = await system.openCheck();
      const status = async () =>
        (
          await database.sql
            .selectFrom('check')
            .select('status')
            .where('id', '=', id)
            .executeTakeFirstOrThrow()
        ).status;
      world.advance(10 * MINUTE_MS - 1);
      await endExpiredChecks(system);
      expect(await status()).toBe('open');
      world.advance(1);
      expect(outcomeOf(await system.answer(token, phone.code()))).toBe('check-over');
      expect(await status()).toBe('open');
      await endExpiredChecks(system);
      expect(await status()).toBe('expired');
      expect(outcomeOf(await system.answer(token, phone.code()))).toBe('check-over');
    });

    it('C-1 an Idempotency-Key gives the same answer for 24 hours', async () => {
      system = await startSystem(dialect);
      const { world } = system;
      const open = () =>
        system.send({
          method: 'POST',
          path: '/v1/checks',
          headers: { authorization: `Bearer ${system.institution.apiKey}`, 'idempotency-key': 'once' },
          body: exam,
        });
      const first = await open();
      world.advance(24 * 60 * MINUTE_MS);
      await endExpiredChecks(system);
      expect((await open()).text).toBe(first.text);
      world.advance(1);
      await endExpiredChecks(system);
      const later = await open();
      expect(later.status).toBe(201);
      expect(later.json.id).not.toBe(first.json.id);
    });
  });
}
