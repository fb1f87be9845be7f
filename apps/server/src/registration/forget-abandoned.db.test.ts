import { afterEach, describe, expect, it } from 'vitest';
import { dialects, type System, startSystem, 홍길동 } from '../../test/support/system.ts';
import { forgetAbandoned } from './forget-abandoned.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

for (const dialect of dialects) {
  describe(`an abandoned registration on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    const counters = async () =>
      (await system.database.sql.selectFrom('limit_counter').select('key').execute()).length;

    it('P-2 keeps no name and number, and its counters go when no limit can count them', async () => {
      system = await startSystem(dialect, { limits: true });
      const phone = await system.phone();
      await phone.begin({ name: 홍길동.name, phone: 홍길동.phone });
      expect(await counters()).toBe(2);
      system.world.advance(5 * MINUTE);
      await forgetAbandoned(system.database, system.world.now() + 1);
      const row = await system.database.sql
        .selectFrom('registration')
        .select(['name_sealed', 'phone_sealed'])
        .executeTakeFirstOrThrow();
      expect(row).toEqual({ name_sealed: null, phone_sealed: null });
      expect(await counters()).toBe(2);
      system.world.advance(2 * DAY);
      await forgetAbandoned(system.database, system.world.now());
      expect(await counters()).toBe(0);
    });
  });
}
