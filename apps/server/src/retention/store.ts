import { type RawBuilder, sql } from 'kysely';
import type { Dialect } from '../db/dialect.ts';
import type { Tx } from '../db/open.ts';
import type { RetentionTallyRow } from '../db/schema.ts';
import type { Chore } from './rules.ts';
import { among, type Key, keyOf, type Sweep, shownKey, sweeps, timeOf } from './sweeps-store.ts';

/** Where a run through a table stands. */
export interface Place {
  at: number;
  key: Key;
}

export interface Swept {
  /** How many rows were erased or deleted. */
  cleaned: number;
  /** Where the next batch goes on; undefined at the end. */
  next: Place | undefined;
}

/**
 * One batch: looks at so many rows at most, in the order of an index, so that rows that stay cost no more than rows
 * that go. What somebody else holds is left for another time.
 */
export async function sweep(tx: Tx, chore: Chore, after: Place | undefined, most: number): Promise<Swept> {
  const how = sweeps[chore.name];
  const seen = await look(tx, how, chore, after, most);
  const old = seen.filter(({ at }) => at < chore.before);
  const keys = old.length === 0 ? [] : await take(tx, how, chore, old);
  const cleaned = keys.length === 0 ? 0 : await how.act(tx, keys, chore);
  const isEnd = seen.length < most || old.length === 0;
  return { cleaned, next: isEnd ? undefined : goOn(how, after, seen.at(-1), cleaned) };
}

/** Where only the time orders, a full batch of one millisecond of which nothing went is passed over. */
function goOn(how: Sweep, before: Place | undefined, last: Place | undefined, cleaned: number) {
  const isStuck = how.order === 'at' && cleaned === 0 && last?.at === before?.at;
  return last && isStuck ? { ...last, at: last.at + 1 } : last;
}

async function look(tx: Tx, how: Sweep, chore: Chore, after: Place | undefined, most: number) {
  return (await lookQuery(tx.dialect, how, chore, after, most).execute(tx.sql)).rows;
}

/** Rows in the order of an index, from where the last batch ended. */
export function lookQuery(
  dialect: Dialect,
  how: Sweep,
  { institution, before }: Pick<Chore, 'institution' | 'before'>,
  after: Place | undefined,
  most: number,
): RawBuilder<Place> {
  const at = timeOf(how);
  const key = keyOf(how, dialect);
  const parts = [how.within(institution)];
  // Times of the trail follow its ids but for a clock that was put right: where a batch has nothing old, it ends.
  if (how.order !== 'key') parts.push(sql`${at} < ${before}`);
  if (after) {
    const further = {
      both: sql`(${at}, ${key}) > (${after.at}, ${after.key})`,
      at: sql`${at} >= ${after.at}`,
      key: sql`${key} > ${after.key}`,
    };
    parts.push(further[how.order]);
  }
  const order = { both: sql`${at}, ${key}`, at, key }[how.order];
  return sql<Place>`select ${at} as at, ${shownKey(how, dialect)} as key from ${sql.table(how.table)}
    where ${sql.join(parts, sql` and `)} order by ${order} limit ${most}`;
}

/** Those of the rows that may go, locked: what they must be is asked of them as they are under the lock. */
async function take(tx: Tx, how: Sweep, chore: Chore, seen: readonly Place[]): Promise<Key[]> {
  const these = among(
    how,
    tx.dialect,
    seen.map(({ key }) => key),
  );
  const isOurs = how.lock === 'learner' ? await lockLearners(tx, these) : sql`1 = 1`;
  const lock = tx.dialect === 'postgres' && how.lock === 'row' ? sql`for update skip locked` : sql``;
  const { rows } = await sql<{ key: Key }>`
    select ${shownKey(how, tx.dialect)} as key from ${sql.table(how.table)}
    where ${these} and ${how.condition(chore, tx.dialect)} and ${isOurs} ${lock}`.execute(tx.sql);
  return rows.map(({ key }) => key);
}

/** ADR 0008: whoever holds the learner is alone with the devices; what stands there is read after. */
async function lockLearners(tx: Tx, devices: ReturnType<typeof among>) {
  if (tx.dialect === 'sqlite') return sql`1 = 1`;
  const { rows } = await sql<{ id: string }>`select id from learner where id in
    (select learner_id from device where ${devices}) order by id for update skip locked`.execute(tx.sql);
  return sql`learner_id = any(${rows.map(({ id }) => id)})`;
}

/**
 * What a loss of power brings back is due again: its commit need not be on the disk at once, and leaves the disk to
 * answers. SQLite knows no such thing for one transaction.
 */
export async function commitLazily(tx: Tx): Promise<void> {
  if (tx.dialect === 'postgres') await sql`set local synchronous_commit = off`.execute(tx.sql);
}

/** How many rows a chore would take now, read as they stand. */
export async function countDue(tx: Tx, chore: Chore): Promise<number> {
  const how = sweeps[chore.name];
  const { rows } = await sql<{ due: number }>`select count(*) as due from ${sql.table(how.table)}
    where ${how.within(chore.institution)} and ${timeOf(how)} < ${chore.before}
      and ${how.condition(chore, tx.dialect)}`.execute(tx.sql);
  return Number(rows[0]?.due ?? 0);
}

export async function readRetentions(tx: Tx): Promise<{ id: string; years: number }[]> {
  const rows = await tx.sql
    .selectFrom('institution')
    .select(['id', 'retention_years as years'])
    .orderBy('id')
    .execute();
  return rows;
}

/** Each run has a row of its own, so that servers that clean up together do not wait for each other. */
export async function addToTally(tx: Tx, row: RetentionTallyRow): Promise<void> {
  await tx.sql
    .insertInto('retention_tally')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['day', 'chore', 'institution_id', 'run']).doUpdateSet((eb) => ({
        cleaned: eb('retention_tally.cleaned', '+', row.cleaned),
        until: row.until,
      })),
    )
    .execute();
}

/** Takes the rows of the days before one; of two servers that do so together one finds them. */
export async function takeTallies(tx: Tx, beforeDay: string): Promise<RetentionTallyRow[]> {
  return tx.sql.deleteFrom('retention_tally').where('day', '<', beforeDay).returningAll().execute();
}
