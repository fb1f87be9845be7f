import { type Selectable, sql } from 'kysely';
import type { Tx } from '../db/open.ts';
import type { DropInCounterRow, DropInRecordRow } from '../db/schema-facade.ts';
import { type AnsweredDevice, placeOf, type StoredDevice } from './store.ts';
import type { Channel, UnopenedAnswer } from './unopened.ts';
import type { Counter } from './unopened-rules.ts';

export type StoredRecord = Selectable<DropInRecordRow>;

export interface FoundRegistration {
  device: StoredDevice & Pick<AnsweredDevice, 'place'>;
}

const ROUNDS = 5;

/** Locks the learner of a number and then the active registration of it, which answers lock, too (ADR 0008). */
export async function lockRegistrationOf(tx: Tx, phoneKey: string): Promise<FoundRegistration | undefined> {
  for (let round = 0; round < ROUNDS; round++) {
    const locked = await lockLearnerOf(tx, phoneKey);
    const query = tx.sql
      .selectFrom('device')
      .selectAll()
      .select(placeOf(tx).as('place'))
      .where('phone_key', '=', phoneKey)
      .where('status', '=', 'active');
    const device = await (tx.dialect === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
    if (!device) return undefined;
    if (tx.dialect === 'sqlite' || device.learner_id === locked) return { device };
  }
  throw new Error('the registration of a number kept changing');
}

/** Locks the learners of a batch and then their registrations, each in id order; SQLite holds the one write lock. */
export async function lockLearnersOf(tx: Tx, phoneKeys: readonly string[]): Promise<void> {
  if (tx.dialect === 'sqlite') return;
  await tx.sql
    .selectFrom('learner')
    .select('id')
    .where('phone_key', 'in', phoneKeys)
    .orderBy('id')
    .forUpdate()
    .execute();
  await tx.sql
    .selectFrom('device')
    .select('id')
    .where('phone_key', 'in', phoneKeys)
    .where('status', '=', 'active')
    .orderBy('id')
    .forUpdate()
    .execute();
}

async function lockLearnerOf(tx: Tx, phoneKey: string): Promise<string | undefined> {
  if (tx.dialect === 'sqlite') return undefined;
  const query = tx.sql.selectFrom('learner').select('id').where('phone_key', '=', phoneKey).forUpdate();
  return (await query.executeTakeFirst())?.id;
}

type CounterKey = Pick<DropInCounterRow, 'institution_id' | 'device_id' | 'channel'>;

export async function readCounter(tx: Tx, key: CounterKey): Promise<Counter | undefined> {
  const row = await tx.sql
    .selectFrom('drop_in_counter')
    .selectAll()
    .where('institution_id', '=', key.institution_id)
    .where('device_id', '=', key.device_id)
    .where('channel', '=', key.channel)
    .executeTakeFirst();
  if (!row) return undefined;
  const { wrong_key: wrongKey, wrong_at: at } = row;
  return {
    failures: row.failures,
    failedAt: JSON.parse(row.failed_json) as number[],
    closedAt: row.closed_at,
    passedThen: row.passed_then,
    wrong: wrongKey === null || at === null ? null : { key: wrongKey, at },
  };
}

/** Under the learner's lock. */
export async function putCounter(tx: Tx, key: CounterKey, counter: Counter): Promise<void> {
  const values = {
    failures: counter.failures,
    failed_json: JSON.stringify(counter.failedAt),
    closed_at: counter.closedAt,
    passed_then: counter.passedThen,
    wrong_key: counter.wrong?.key ?? null,
    wrong_at: counter.wrong?.at ?? null,
  };
  await tx.sql
    .insertInto('drop_in_counter')
    .values({ ...key, ...values })
    .onConflict((conflict) =>
      conflict.columns(['institution_id', 'device_id', 'channel']).doUpdateSet(values),
    )
    .execute();
}

/** How many checks this name and number passed at this institution, those of an exemption aside. */
export async function countPassed(
  tx: Tx,
  of: { institution: string; nameKey: string; phoneKey: string },
): Promise<number> {
  const row = await tx.sql
    .selectFrom('check')
    .select(sql<number>`count(*)`.as('passed'))
    .where('phone_key', '=', of.phoneKey)
    .where('institution_id', '=', of.institution)
    .where('name_key', '=', of.nameKey)
    .where('status', '=', 'passed')
    .where('method', '!=', 'exemption')
    .executeTakeFirstOrThrow();
  return Number(row.passed);
}

/** Whether this person passed a check of this institution by a certified identity check since then (C-6). */
export async function hasIdentified(
  tx: Tx,
  of: Pick<UnopenedAnswer, 'institution' | 'learner' | 'nameKey' | 'phoneKey'>,
  since: number,
): Promise<boolean> {
  const row = await tx.sql
    .selectFrom('check')
    .select('id')
    .where('institution_id', '=', of.institution)
    .where('learner_ref', '=', of.learner)
    .where('phone_key', '=', of.phoneKey)
    .where('name_key', '=', of.nameKey)
    .where('status', '=', 'passed')
    .where('method', 'in', ['phone', 'ipin'])
    .where('passed_at', '>', since)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function insertRecord(tx: Tx, row: StoredRecord): Promise<void> {
  await tx.sql.insertInto('drop_in_record').values(row).execute();
}

/** What this registration passed for this occasion with a code of the last steps; newest first. */
export async function findRecords(
  tx: Tx,
  device: string,
  { institution, learner, course, round, occasion }: UnopenedAnswer,
  sinceStep: number,
): Promise<StoredRecord[]> {
  return tx.sql
    .selectFrom('drop_in_record')
    .selectAll()
    .where('device_id', '=', device)
    .where('step', '>=', sinceStep)
    .where('institution_id', '=', institution)
    .where('learner_ref', '=', learner)
    .where('course_id', '=', course)
    .where('round', '=', round)
    .where('occasion_kind', '=', occasion.kind)
    .where('occasion_number', '=', occasion.number)
    .orderBy('step', 'desc')
    .execute();
}

export const counterKey = (institution: string, device: string, channel: Channel): CounterKey => ({
  institution_id: institution,
  device_id: device,
  channel,
});
