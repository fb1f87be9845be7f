import { record } from '../audit/record.ts';
import type { Database } from '../db/open.ts';
import { newId, type World } from '../world.ts';
import { hashApiKey, newApiKey } from './api-keys.ts';
import { type NewInstitution, parseInstitution } from './rules.ts';
import { insertApiKey, insertInstitution } from './store.ts';

export type AddedInstitution =
  | { kind: 'added'; id: string; apiKey: string }
  | { kind: 'refused'; problems: string[] };

/** Makes an institution and its first API key, which is shown this once. */
export async function addInstitution(
  database: Database,
  world: World,
  input: NewInstitution,
): Promise<AddedInstitution> {
  const parsed = parseInstitution(input);
  if (parsed.kind === 'refused') return parsed;
  const { id, name, origins, helpPhone, helpUrl } = parsed.institution;
  const apiKey = newApiKey(world);
  const now = world.now();
  return database.transaction(async (tx) => {
    const inserted = await insertInstitution(tx, {
      id,
      name,
      origins_json: JSON.stringify(origins),
      help_phone: helpPhone ?? null,
      help_url: helpUrl ?? null,
      created_at: now,
    });
    if (!inserted) return { kind: 'refused', problems: [`there is an institution "${id}" already`] };
    const keyId = newId('key', world);
    await insertApiKey(tx, {
      id: keyId,
      institution_id: id,
      hash: hashApiKey(apiKey),
      created_at: now,
      last_used_at: null,
      revoked_at: null,
    });
    await record(
      tx,
      { at: now, kind: 'institution.added', actor: 'command', institution: id },
      { at: now, kind: 'api-key.made', actor: 'command', institution: id, data: { key: keyId } },
    );
    return { kind: 'added', id, apiKey };
  });
}
