import { afterEach, describe, expect, it } from 'vitest';
import { dialects, type System, startSystem, 홍길동 } from '../../test/support/system.ts';
import type { Sealed } from '../keys/keyring.ts';
import { clean, left, oldDevice, oldLearner, seoul } from './old-rows.fixture.ts';

const DAY_MS = 24 * 60 * 60_000;
const sealed = 'sealed' as Sealed;
const gone = { name_key: null, name_sealed: null, phone_key: null, phone_sealed: null };

for (const dialect of dialects) {
  describe(`people on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    async function begun(): Promise<void> {
      system = await startSystem(dialect);
      system.world.time = seoul('2026-11-23T12:00:00');
    }

    const insertLearners = (...rows: ReturnType<typeof oldLearner>[]) =>
      system.database.sql.insertInto('learner').values(rows).execute();
    const insertDevices = (...rows: ReturnType<typeof oldDevice>[]) =>
      system.database.sql.insertInto('device').values(rows).execute();
    const learner = (id: string) =>
      system.database.sql.selectFrom('learner').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

    const over = seoul('2024-11-22T23:59:59.999');
    const bound = seoul('2024-11-23T00:00:00');

    it('R-2a two years after a registration was over, name and number go; who has another one keeps them', async () => {
      await begun();
      const active = { status: 'active', ended_at: null } as const;
      const rows = [
        oldLearner('over', over),
        oldLearner('bound', bound),
        oldLearner('moved-on', over),
        oldLearner('again', over),
        oldLearner('renamed', over, { named_at: bound }),
      ];
      await insertLearners(...rows);
      await insertDevices(
        oldDevice('d-over', 'over', over),
        oldDevice('d-bound', 'bound', bound),
        oldDevice('d-moved-on-1', 'moved-on', over),
        oldDevice('d-moved-on-2', 'moved-on', over, active),
        oldDevice('d-again-1', 'again', over),
        oldDevice('d-again-2', 'again', bound),
        oldDevice('d-renamed', 'renamed', over),
      );
      const former = (id: string, of: string) => ({ id, learner_id: of, kind: 'phone' as const });
      await system.database.sql
        .insertInto('former_value')
        .values([
          { ...former('f-over', 'over'), value_sealed: sealed, until: over },
          { ...former('f-bound', 'bound'), value_sealed: sealed, until: over },
        ])
        .execute();
      expect(await clean(system)).toBe(1);
      const [first, ...others] = rows;
      expect(await learner('over')).toEqual({ ...first, ...gone });
      for (const row of others) expect(await learner(row.id)).toEqual(row);
      const device = await system.database.sql
        .selectFrom('device')
        .select('id')
        .where('phone_key', 'is', null)
        .execute();
      expect(device).toEqual([{ id: 'd-over' }]);
      const kept = await system.database.sql.selectFrom('former_value').select('id').execute();
      expect(kept).toEqual([{ id: 'f-bound' }]);
    });

    it('P-2 an ended registration stays as long as evidence may, and its learner goes after it', async () => {
      await begun();
      await system.database.sql.updateTable('institution').set({ retention_years: 4 }).execute();
      const old = seoul('2022-11-22T23:59:59.999');
      const kept = seoul('2022-11-23T00:00:00');
      await insertLearners(
        oldLearner('l-old', old),
        oldLearner('l-kept', old),
        oldLearner('l-withdrawn', old, { ...gone, withdrawn_at: old }),
        oldLearner('l-active', old),
      );
      await insertDevices(
        oldDevice('d-old', 'l-old', old),
        oldDevice('d-kept', 'l-kept', kept),
        oldDevice('d-withdrawn', 'l-withdrawn', old, { phone_key: null }),
        oldDevice('d-active', 'l-active', old, { status: 'active', ended_at: null }),
        oldDevice('d-replaced', 'l-active', old, { status: 'replaced' }),
      );
      await clean(system);
      expect(await left(system, 'device')).toEqual(['d-active', 'd-kept']);
      expect(await left(system, 'learner')).toEqual(['l-active', 'l-kept']);
      expect(await clean(system)).toBe(0);
    });

    it('R-2 pending registrations and messages go after thirty days', async () => {
      await begun();
      const phone = await system.phone();
      await phone.begin({ name: 홍길동.name, phone: 홍길동.phone });
      const [registration] = await left(system, 'registration');
      system.world.advance(30 * DAY_MS);
      expect(await clean(system)).toBe(0);
      expect(await left(system, 'registration')).toEqual([registration]);
      system.world.advance(1);
      expect(await clean(system)).toBe(2);
      expect([...(await left(system, 'registration')), ...(await left(system, 'message'))]).toEqual([]);
    });

    it('C-6 whom a number was certified for goes after a year when nobody registered it', async () => {
      await begun();
      await insertLearners(oldLearner('registered', over));
      const certified = (id: string, phone: string, at: number) => ({
        ...{ id, phone_key: phone, phone_sealed: sealed, di_key: 'd', di_sealed: sealed, certified_at: at },
      });
      const year = seoul('2025-11-22T23:59:59.999');
      await system.database.sql
        .insertInto('certified_number')
        .values([
          certified('gone', 'p-nobody', year),
          certified('stays', 'p-other', year + 1),
          certified('stays-registered', 'p-registered', year),
        ])
        .execute();
      expect(await clean(system)).toBe(1);
      const rows = await system.database.sql
        .selectFrom('certified_number')
        .select('id')
        .orderBy('id')
        .execute();
      expect(rows.map(({ id }) => id)).toEqual(['stays', 'stays-registered']);
    });

    it('R-9 a former number goes with the trail, unless the next one was certified before it was theirs', async () => {
      await begun();
      const old = seoul('2023-11-22T12:00:00');
      await insertLearners(oldLearner('plain', old), oldLearner('guarded', old));
      await system.database.sql
        .insertInto('former_value')
        .values(
          [
            { id: 'gone', learner_id: 'plain', until: old },
            { id: 'stays-guarding', learner_id: 'guarded', until: old },
            { id: 'stays-young', learner_id: 'plain', until: old + DAY_MS },
          ].map((row) => ({ ...row, kind: 'phone' as const, value_sealed: sealed })),
        )
        .execute();
      await system.database.sql
        .insertInto('certified_number')
        .values({
          ...{ id: 'c', phone_key: 'p-guarded', phone_sealed: sealed, di_key: 'd', di_sealed: sealed },
          certified_at: old - 1,
        })
        .execute();
      expect(await clean(system)).toBe(1);
      const rows = await system.database.sql.selectFrom('former_value').select('id').orderBy('id').execute();
      expect(rows.map(({ id }) => id)).toEqual(['stays-guarding', 'stays-young']);
    });

    it('S-5 exemption windows and identity checks of no check go when no evidence can be that old', async () => {
      await begun();
      const old = seoul('2023-11-22T12:00:00');
      const window = (id: string, until: number) => ({
        ...{ id, provider: 'sms', institutions_json: '"*"', reason: '문자 장애', opened_at: until - 1 },
        ...{ until, actor: 'command' },
      });
      await system.database.sql
        .insertInto('exemption_window')
        .values([window('gone', old), window('stays', old + DAY_MS)])
        .execute();
      const attempt = (id: string, at: number) => ({
        ...{
          id,
          purpose: 'registration' as const,
          subject_id: 'r',
          phone_key: 'p',
          method: 'phone' as const,
        },
        ...{ provider: 'nice', secret_hash: 's', status: 'refused' as const, created_at: at, expires_at: at },
      });
      await system.database.sql
        .insertInto('identity_attempt')
        .values([attempt('gone', old), attempt('stays', old + DAY_MS)])
        .execute();
      expect(await clean(system)).toBe(2);
      expect(await left(system, 'identity_attempt')).toEqual(['stays']);
      const windows = await system.database.sql.selectFrom('exemption_window').select('id').execute();
      expect(windows).toEqual([{ id: 'stays' }]);
    });
  });
}
