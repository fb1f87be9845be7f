import type { Database } from '../db/open.ts';
import { newId, type World } from '../world.ts';
import { hashApiKey, newApiKey } from './api-keys.ts';
import { insertApiKey, insertInstitution, revokeApiKeys, setInstitution } from './store.ts';

const ID = 'demo';

/**
 * The institution of the demo’s sample LMS. Each start gives it a new API key and revokes the last, so that no
 * key lies in a file.
 */
export async function demoInstitution(
  database: Database,
  world: World,
  origin: string,
): Promise<{ id: string; apiKey: string }> {
  const now = world.now();
  const apiKey = newApiKey(world);
  const row = {
    name: '한빛원격평생교육원',
    origins_json: JSON.stringify([origin]),
    help_phone: '02-0000-0000',
    help_url: `${origin}/`,
  };
  await database.transaction(async (tx) => {
    const isNew = await insertInstitution(tx, { id: ID, created_at: now, ...row });
    if (!isNew) await setInstitution(tx, ID, row);
    await revokeApiKeys(tx, ID, now);
    await insertApiKey(tx, {
      id: newId('key', world),
      institution_id: ID,
      hash: hashApiKey(apiKey),
      created_at: now,
      last_used_at: null,
      revoked_at: null,
    });
  });
  return { id: ID, apiKey };
}
