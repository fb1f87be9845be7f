import { sql } from 'kysely';
import { tokenHash } from '../../apps/server/src/checks/open-check.ts';
import { isOneOf, rowsOf } from '../../apps/server/src/db/batch.ts';
import type { Database, Tx } from '../../apps/server/src/db/open.ts';
import type { Keyring } from '../../apps/server/src/keys/keyring.ts';
import { realWorld } from '../../apps/server/src/world.ts';
import { insertBatch, tableBatch, tidy } from './bulk-insert.ts';
import { keysOf, type OpenCheck, openCheckRow, type Person, type Population, seedOf } from './people.ts';
import { type Kind, shuffled } from './shots.ts';

/** Those who answer, drawn at random: their registrations lie scattered, their checks, opened just now, side by side. */
export interface Answering {
  people: readonly Person[];
  /** As before the first answer, and every check with a new token: its limits (O-7) begin again, too. */
  putBack(kind: Kind): Promise<void>;
}

const CHECKS_AT_ONCE = 2_000;
const OPEN_MS = 60 * 60_000;

/** @param count how many checks; where there are fewer people, each has several */
export async function openChecks(
  database: Database,
  keyring: Keyring,
  population: Population,
  count: number,
): Promise<Answering> {
  const people = drawn(population, count);
  const wanted = Array.from({ length: count }, (_, nth) => ({
    person: people[nth % people.length] as Person,
    number: 1 + Math.floor(nth / people.length),
  }));
  for (let from = 0; from < count; from += CHECKS_AT_ONCE) {
    const rows = wanted.slice(from, from + CHECKS_AT_ONCE).map(({ person: { nth, checks }, number }) => {
      const row = openCheckRow(keyring, { nth, number, keys: keysOf(keyring, nth) }, realWorld);
      checks.push({ id: row.id, token: keyring.hash('check-token', row.id) });
      return row;
    });
    await database.transaction((tx) => insertBatch(tx, tableBatch('check', rows)));
  }
  const phones = people.map(({ nth }) => keysOf(keyring, nth).phone_key);
  const devices = await devicesOf(database, phones);
  return { people, putBack: (kind) => putBack(database, kind, people, devices) };
}

/** Different people, at random. */
function drawn(population: Population, most: number): Person[] {
  const numbers = new Set<number>();
  if (most >= population.count) for (const nth of Array(population.count).keys()) numbers.add(nth);
  while (numbers.size < Math.min(most, population.count)) {
    numbers.add(Math.floor(Math.random() * population.count));
  }
  return shuffled([...numbers]).map((nth) => ({ nth, seed: seedOf(population, nth), checks: [] }));
}

async function devicesOf(database: Database, phones: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from device
    where status = 'active' and ${isOneOf(database.dialect, 'phone_key', phones)}`.execute(database.sql);
  return rows.map(({ id }) => id);
}

async function putBack(
  database: Database,
  kind: Kind,
  people: readonly Person[],
  devices: readonly string[],
): Promise<void> {
  await database.transaction(async (tx) => {
    await reopen(
      tx,
      people.flatMap(({ checks }) => checks),
    );
    await sql`update device set last_step = -1, spent_json = '[]', failures = 0, failed_json = '[]',
      locked_at = null, wrongs_json = '[]' where ${isOneOf(tx.dialect, 'id', devices)}`.execute(tx.sql);
    if (kind !== 'search') await remember(tx);
  });
  await tidy(database, ['device', 'check']);
}

/** A wrong code that is not the first of its check: no clock is searched for (C-4a). */
async function remember(tx: Tx): Promise<void> {
  await sql`update device set wrongs_json = v.wrongs from (
      select phone_key, '[' || string_agg('{"check":"' || id || '","key":"","at":'
        || cast(${realWorld.now()} as text) || ',"clockOffset":null}', ',') || ']' as wrongs
      from "check" where status = 'open' group by phone_key) as v
    where device.phone_key = v.phone_key and device.status = 'active'`.execute(tx.sql);
}

async function reopen(tx: Tx, checks: readonly OpenCheck[]): Promise<void> {
  for (const check of checks) check.token = realWorld.random(32).toString('base64url');
  const tokens = checks.map(({ id, token }) => ({ id, token_hash: tokenHash(token) }));
  await sql`update "check" set status = 'open', method = null, device_id = null, device_thumbprint = null,
    registration_at = null, registration_proof = null, passed_at = null,
    expires_at = ${realWorld.now() + OPEN_MS}, token_hash = v.token_hash
    from ${rowsOf(tx.dialect, { id: 'text', token_hash: 'text' }, tokens)}
    where "check".id = v.id`.execute(tx.sql);
}
