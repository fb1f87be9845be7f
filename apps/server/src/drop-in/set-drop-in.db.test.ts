import { afterEach, describe, expect, it } from 'vitest';
import { dialects, type System, startSystem } from '../../test/support/system.ts';
import { addInstitution } from '../institutions/add-institution.ts';
import { closeRestoredFacades } from './close-restored.ts';
import { findFacade, isOriginOfSome } from './find-facade.ts';
import { type AskedDropIn, setDropIn } from './set-drop-in.ts';

for (const dialect of dialects) {
  describe(`opening façades on ${dialect}`, () => {
    let system: System;
    afterEach(() => system.close());

    const set = (fields: Partial<AskedDropIn>) =>
      setDropIn(system, { institution: 'inst', origins: [], off: false, ...fields });
    const stored = () => system.database.sql.selectFrom('drop_in').selectAll().execute();
    const found = (agtid: string) => findFacade(system.database, agtid);

    it('O-3 a façade is off until it is opened, by its AGTID, for its origins', async () => {
      system = await startSystem(dialect);
      expect(await found('emon-inst')).toBeUndefined();
      expect(await isOriginOfSome(system.database, 'http://127.0.0.1:4001')).toBe(false);
      expect(await set({ agtid: 'emon-inst' })).toEqual({
        ...{ kind: 'set', agtid: 'emon-inst', on: true, origins: null },
      });
      expect(await found('emon-inst')).toEqual({ institution: 'inst', origins: ['http://127.0.0.1:4001'] });
      expect(await isOriginOfSome(system.database, 'http://127.0.0.1:4001')).toBe(true);
      const origins = ['https://OLD.example/', 'https://old.example:443', 'https://older.example'];
      expect(await set({ agtid: 'emon-2', origins })).toMatchObject({
        origins: ['https://old.example', 'https://older.example'],
      });
      expect(await found('emon-inst')).toBeUndefined();
      expect((await found('emon-2'))?.origins).toEqual(['https://old.example', 'https://older.example']);
      expect(await set({ off: true })).toMatchObject({ kind: 'set', agtid: 'emon-2', on: false });
      expect(await found('emon-2')).toBeUndefined();
      expect(await isOriginOfSome(system.database, 'https://old.example')).toBe(false);
      const trail = await system.database.sql
        .selectFrom('audit_event')
        .select(['actor', 'institution_id', 'data_json'])
        .where('kind', '=', 'drop-in.changed')
        .orderBy('id')
        .execute();
      expect(trail.map(({ data_json: json }) => json)).toEqual([
        '{"on":true}',
        '{"on":true}',
        '{"on":false}',
      ]);
    });

    it('O-3 an AGTID belongs to one institution, also while its façade is closed', async () => {
      system = await startSystem(dialect);
      const other = { id: 'other', name: '대한', origins: ['https://other.example'] };
      await addInstitution(system.database, system.world, other);
      await set({ agtid: 'emon-inst' });
      await set({ off: true });
      const before = await stored();
      expect(await set({ institution: 'other', agtid: 'emon-inst' })).toEqual({
        kind: 'refused',
        problems: ['--agtid belongs to another institution already'],
      });
      expect(await stored()).toEqual(before);
    });

    it('O-3 every fault is said at once, and nothing changes', async () => {
      system = await startSystem(dialect);
      const origins = ['https://ok.example', 'http://old.example', 'https://old.example/x'];
      expect(await set({ institution: 'nobody', agtid: 'a b', origins })).toEqual({
        kind: 'refused',
        problems: [
          'there is no institution "nobody"',
          '--agtid takes 1 to 64 letters, digits, dots, hyphens and underscores',
          '--origin 2 must be https://HOST[:PORT] without a path',
          '--origin 3 must be https://HOST[:PORT] without a path',
        ],
      });
      expect(await set({})).toMatchObject({ problems: ['--agtid is needed to open the façade'] });
      expect(await set({ agtid: 'a', off: true })).toMatchObject({
        problems: ['--off closes the façade and takes neither --agtid nor --origin'],
      });
      expect(await set({ off: true })).toMatchObject({ problems: ['this institution never had a façade'] });
      expect(await stored()).toEqual([]);
    });

    it('P-6 a restored backup opens no façade: all are closed until somebody opens them', async () => {
      system = await startSystem(dialect);
      await set({ agtid: 'emon-inst' });
      const close = () => system.database.transaction((tx) => closeRestoredFacades(tx, system.world.now()));
      await close();
      await close();
      expect(await found('emon-inst')).toBeUndefined();
      const trail = await system.database.sql
        .selectFrom('audit_event')
        .select(['actor', 'institution_id', 'data_json'])
        .where('kind', '=', 'drop-in.changed')
        .where('actor', '=', 'system')
        .execute();
      const data = '{"on":false,"because":"database.behind"}';
      expect(trail).toEqual([{ actor: 'system', institution_id: 'inst', data_json: data }]);
      await set({ agtid: 'emon-inst' });
      expect((await found('emon-inst'))?.institution).toBe('inst');
    });

    it('O-3 of two institutions that ask for one AGTID at once one gets it', async () => {
      system = await startSystem(dialect);
      const other = { id: 'other', name: '대한', origins: ['https://other.example'] };
      await addInstitution(system.database, system.world, other);
      const asked = ['inst', 'other'].map((institution) => set({ institution, agtid: 'emon' }));
      const kinds = (await Promise.all(asked)).map(({ kind }) => kind);
      expect(kinds.sort()).toEqual(['refused', 'set']);
      expect(await stored()).toHaveLength(1);
    });
  });
}
