import { type Insertable, type Selectable, sql } from 'kysely';
import type { Tx } from '../db/open.ts';
import type { ExemptionWindowRow } from '../db/schema.ts';
import type { ExemptionWindow, Standing } from './rules.ts';

export type StoredWindow = ExemptionWindow &
  Pick<Selectable<ExemptionWindowRow>, 'id' | 'provider' | 'reason' | 'actor'> & {
    /** Of the window's provider, undefined when it never failed. */
    failedAt: number | undefined;
  };

const windows = (tx: Tx) =>
  tx.sql
    .selectFrom('exemption_window as w')
    .leftJoin('provider_failure as f', 'f.provider', 'w.provider')
    .selectAll('w')
    .select('f.failed_at');

type Row = Awaited<ReturnType<ReturnType<typeof windows>['execute']>>[number];

const windowOf = (row: Row): StoredWindow => ({
  id: row.id,
  provider: row.provider,
  institutions: JSON.parse(row.institutions_json) as ExemptionWindow['institutions'],
  reason: row.reason,
  openedAt: row.opened_at,
  until: row.until,
  closedAt: row.closed_at,
  actor: row.actor,
  failedAt: row.failed_at ?? undefined,
});

/** Neither closed nor over, the one that was opened first in front. */
export async function windowsUnderWay(tx: Tx, now: number): Promise<StoredWindow[]> {
  const rows = await windows(tx)
    .where('w.closed_at', 'is', null)
    .where('w.until', '>', now)
    .orderBy('w.opened_at')
    .orderBy('w.id')
    .execute();
  return rows.map(windowOf);
}

/** Newest first. */
export async function allWindows(tx: Tx): Promise<StoredWindow[]> {
  const rows = await windows(tx).orderBy('w.opened_at', 'desc').orderBy('w.id', 'desc').execute();
  return rows.map(windowOf);
}

/** Under its lock: of two commands that close it one does. */
export async function lockWindow(tx: Tx, id: string): Promise<ExemptionWindowRow | undefined> {
  const query = tx.sql.selectFrom('exemption_window').selectAll().where('id', '=', id);
  return (tx.dialect === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
}

export async function insertWindow(tx: Tx, row: Insertable<ExemptionWindowRow>): Promise<void> {
  await tx.sql.insertInto('exemption_window').values(row).execute();
}

export async function setClosed(tx: Tx, id: string, now: number): Promise<void> {
  await tx.sql.updateTable('exemption_window').set({ closed_at: now }).where('id', '=', id).execute();
}

/** The active registration of a number, read without a lock: a check is not judged by it, only opened. */
export async function readStanding(tx: Tx, phoneKey: string): Promise<Standing | undefined> {
  const row = await tx.sql
    .selectFrom('device')
    .innerJoin('learner', 'learner.id', 'device.learner_id')
    .select(['learner.name_key', 'device.locked_at'])
    .where('device.phone_key', '=', phoneKey)
    .where('device.status', '=', 'active')
    .executeTakeFirst();
  return row && { nameKey: row.name_key, lockedAt: row.locked_at };
}

/** @param quietSince a failure before that was another outage's, and counting begins anew */
export async function upsertFailure(
  tx: Tx,
  provider: string,
  now: number,
  quietSince: number,
): Promise<void> {
  await sql`insert into provider_failure (provider, failed_at, failures) values (${provider}, ${now}, 1)
    on conflict (provider) do update set failed_at = excluded.failed_at,
      failures = case when provider_failure.failed_at < ${quietSince} then 1 else provider_failure.failures + 1 end`.execute(
    tx.sql,
  );
}
