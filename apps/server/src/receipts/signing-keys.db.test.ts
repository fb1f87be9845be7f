import { afterEach, describe, expect, it } from 'vitest';
import { dialects, type System, startSystem } from '../../test/support/system.ts';
import { signingKeys } from './signing-keys.ts';

for (const dialect of dialects) {
  describe(`signing keys on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    it('C-8 servers that start together over a new database make one key, which all of them publish', async () => {
      system = await startSystem(dialect);
      const { database, keyring, world } = system;
      await database.sql.deleteFrom('signing_key').execute();
      const all = await Promise.all(Array.from({ length: 4 }, () => signingKeys(database, keyring, world)));
      const [{ kid } = expect.fail('no key')] = all;
      expect(all.map((keys) => keys.kid)).toEqual([kid, kid, kid, kid]);
      expect(all.map(({ jwks }) => jwks.keys.map((key) => key.kid))).toEqual([[kid], [kid], [kid], [kid]]);
      expect(await database.sql.selectFrom('signing_key').select('kid').execute()).toEqual([{ kid }]);
    });
  });
}
