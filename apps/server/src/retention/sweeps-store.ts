import { type RawBuilder, sql } from 'kysely';
import type { Dialect } from '../db/dialect.ts';
import type { Tx } from '../db/open.ts';
import type { Schema } from '../db/schema.ts';
import type { DropInCounterRow } from '../db/schema-facade.ts';
import type { Chore, ChoreName } from './rules.ts';

/** What names a row. */
export type Key = string | number;

type Sql = RawBuilder<unknown>;

/** How a chore goes through its table. */
export interface Sweep {
  table: keyof Schema;
  /** The column that says how old a row is, or what stands for it. */
  at: string | Sql;
  /**
   * `place`: where the row lies, which a change may alter; `condition` says all that a row must be, so whatever lies
   * there under the lock may go. `device_id`: within an institution and a channel.
   */
  key: 'id' | 'place' | 'device_id';
  /** What an index orders by. */
  order: 'both' | 'at' | 'key';
  lock: 'row' | 'learner';
  /** Literals, as the partial index says them. */
  within(institution: string): Sql;
  condition(chore: Chore, dialect: Dialect): Sql;
  /** @returns how many rows */
  act(tx: Tx, keys: readonly Key[], chore: Chore): Promise<number>;
}

export const timeOf = ({ at }: Pick<Sweep, 'at'>): Sql => (typeof at === 'string' ? sql.ref(at) : at);

export const keyOf = ({ key }: Pick<Sweep, 'key'>, dialect: Dialect): Sql => {
  if (key !== 'place') return sql.ref(key);
  return dialect === 'postgres' ? sql`ctid` : sql`rowid`;
};

/** The key as it is read; a place of PostgreSQL as text. */
export const shownKey = (how: Pick<Sweep, 'key'>, dialect: Dialect): Sql =>
  how.key === 'place' && dialect === 'postgres' ? sql`ctid::text` : keyOf(how, dialect);

/** The rows with these keys, as one parameter. */
export function among(how: Pick<Sweep, 'key'>, dialect: Dialect, keys: readonly Key[]): RawBuilder<boolean> {
  const key = keyOf(how, dialect);
  if (dialect === 'sqlite') return sql`${key} in (select value from json_each(${JSON.stringify(keys)}))`;
  return how.key === 'place' ? sql`${key} = any(${keys}::tid[])` : sql`${key} = any(${keys})`;
}

const always: Sql = sql`1 = 1`;
const isOf = (institution: string): Sql => sql`institution_id = ${institution}`;

async function changed(tx: Tx, statement: Sql): Promise<number> {
  return Number((await statement.execute(tx.sql)).numAffectedRows ?? 0n);
}

const deleteFrom =
  (table: keyof Schema, key: Sweep['key'] = 'id'): Sweep['act'] =>
  (tx, keys) =>
    changed(tx, sql`delete from ${sql.table(table)} where ${among({ key }, tx.dialect, keys)}`);

const byId = {
  key: 'id',
  order: 'both',
  lock: 'row',
  within: () => always,
  condition: () => always,
} as const;

/** Rows that go when they are old enough, whatever they say. */
const old = (table: keyof Schema, at: string): Sweep => ({ ...byId, table, at, act: deleteFrom(table) });

const idAmong = (tx: Tx, keys: readonly Key[]) => among({ key: 'id' }, tx.dialect, keys);

/** P-2: nobody reads the person of a check that is over; its keyed hashes are the pseudonym (ADR 0019). */
const checkPerson: Sweep = {
  ...byId,
  table: 'check',
  at: 'created_at',
  within: () => sql`name_sealed is not null`,
  condition: ({
    before,
  }) => sql`status <> 'open' and expires_at < ${before} and coalesce(passed_at, 0) < ${before}
    and name_sealed is not null`,
  act: (tx, keys) =>
    changed(
      tx,
      sql`update "check" set name_sealed = null, phone_sealed = null, birth_date_sealed = null, session_sealed = null,
        session_key = null, return_url = null where ${idAmong(tx, keys)}`,
    ),
};

/** The evidence of a check, with the identity checks that were made for it. */
const check: Sweep = {
  ...byId,
  table: 'check',
  at: 'created_at',
  within: (institution) => sql`${isOf(institution)} and name_sealed is null`,
  condition: ({ before }) => sql`status <> 'open' and name_sealed is null
    and coalesce(passed_at, expires_at) < ${before}`,
  async act(tx, keys) {
    const subjects = among({ key: 'id' }, tx.dialect, keys);
    await sql`delete from identity_attempt where purpose = 'check' and subject_id in
      (select id from "check" where ${subjects})`.execute(tx.sql);
    return changed(tx, sql`delete from "check" where ${subjects}`);
  },
};

const lessonPassage: Sweep = {
  ...byId,
  table: 'lesson_passage',
  at: 'first_at',
  key: 'place',
  order: 'at',
  within: isOf,
  condition: ({ institution, before }) => sql`${isOf(institution)} and first_at < ${before}`,
  act: deleteFrom('lesson_passage', 'place'),
};

/** What came through a façade; a code of years ago is too old to be judged, so none is let in twice by its going. */
const dropInRecord: Sweep = { ...old('drop_in_record', 'at'), within: isOf };

/**
 * The number of a check that is gone; the next one is kept in its lane, so it is never given again. While the check is
 * there its number is, too: `report write` would give it another one.
 */
const reportRow: Sweep = {
  ...byId,
  table: 'report_row',
  at: 'at',
  key: 'place',
  order: 'at',
  within: isOf,
  condition: ({ institution, before }) => sql`${isOf(institution)} and at < ${before}
    and not exists (select 1 from "check" c where c.id = report_row.check_id)`,
  act: deleteFrom('report_row', 'place'),
};

/** Times of failures at that time or later, in the JSON of a counter. */
const failedSince = (before: number): Record<Dialect, Sql> => ({
  sqlite: sql`select 1 from json_each(failed_json) f where f.value >= ${before}`,
  postgres: sql`select 1 from json_array_elements_text(failed_json::json) f(at) where f.at::bigint >= ${before}`,
});

/**
 * What a façade counted, when it says no more than no row would, or its registration is over. One to four wrong codes in
 * a row are something whatever their age (C-5). It is gone through by its primary key: an index by time would be written
 * at every wrong code.
 */
function dropInCounter(channel: DropInCounterRow['channel']): Sweep {
  const within = (institution: string) => sql`${isOf(institution)} and channel = ${channel}`;
  return {
    ...byId,
    table: 'drop_in_counter',
    at: sql`cast(0 as bigint)`,
    key: 'device_id',
    order: 'key',
    within,
    condition: ({ institution, before }, dialect) => sql`${within(institution)} and (
      not exists (select 1 from device d where d.id = drop_in_counter.device_id and d.status = 'active')
      or ((closed_at < ${before} or (closed_at is null and failures = 0)) and coalesce(wrong_at, 0) < ${before}
        and not exists (${failedSince(before)[dialect]})))`,
    act: (tx, keys, { institution }) =>
      changed(
        tx,
        sql`delete from drop_in_counter where ${within(institution)}
          and ${among({ key: 'device_id' }, tx.dialect, keys)}`,
      ),
  };
}

const ofEnded = {
  ...byId,
  table: 'device',
  at: 'ended_at',
  lock: 'learner',
  within: () => sql`ended_at is not null`,
} as const;

/** R-2a: the number has been anybody’s for long: name and number go, and by what the registration said them. */
const learnerPerson: Sweep = {
  ...ofEnded,
  condition: ({ before }) => sql`status <> 'active' and phone_key is not null
    and not exists (select 1 from device d where d.learner_id = device.learner_id
      and (d.status = 'active' or d.ended_at >= ${before}))
    and exists (select 1 from learner l where l.id = device.learner_id and l.named_at < ${before})`,
  async act(tx, keys) {
    const theirs = sql`(select learner_id from device where ${idAmong(tx, keys)})`;
    await sql`update learner set name_key = null, name_sealed = null, phone_key = null, phone_sealed = null
      where id in ${theirs}`.execute(tx.sql);
    await sql`delete from former_value where learner_id in ${theirs}`.execute(tx.sql);
    return changed(tx, sql`update device set phone_key = null where ${idAmong(tx, keys)}`);
  },
};

/** Not before its learner is forgotten, unless they have another one: no name stays behind without a registration. */
const device: Sweep = {
  ...ofEnded,
  condition: ({ before }) => sql`status <> 'active' and ended_at < ${before} and (phone_key is null
    or exists (select 1 from device d where d.learner_id = device.learner_id and d.status = 'active'))`,
  act: deleteFrom('device'),
};

/** Who withdrew, or turned out to be another learner: nothing but an id, and no registration says it any more. */
const learner: Sweep = {
  ...byId,
  table: 'learner',
  at: 'created_at',
  within: () => sql`name_sealed is null`,
  condition: () => sql`name_sealed is null and phone_key is null
    and not exists (select 1 from device d where d.learner_id = learner.id)`,
  act: deleteFrom('learner'),
};

/** Whom a number was certified for, when it is nobody’s registered number; a registered one is asked about again. */
const certifiedNumber: Sweep = {
  ...old('certified_number', 'certified_at'),
  condition: ({ before }) => sql`certified_at < ${before}
    and not exists (select 1 from learner l where l.phone_key = certified_number.phone_key)`,
};

/** A former number says that the next one is not its learner’s since it was certified: it stays as long. */
const formerValue: Sweep = {
  ...old('former_value', 'until'),
  condition: ({ before }) => sql`until < ${before} and not exists (select 1 from learner l
    join certified_number c on c.phone_key = l.phone_key
    where l.id = former_value.learner_id and c.certified_at < former_value.until)`,
};

/** Append-only for everybody else. The newest stays whatever its age: restored backups are known by it (P-6). */
const auditEvent: Sweep = {
  ...old('audit_event', 'at'),
  order: 'key',
  condition: ({ before, rights }) => {
    const ofRights = sql.join(rights?.kinds ?? ['']);
    return sql`at < ${before} and (kind not in (${ofRights}) or at < ${rights?.before ?? before})
      and id < (select max(id) from audit_event)`;
  },
};

export const sweeps = {
  'check-person': checkPerson,
  message: old('message', 'created_at'),
  registration: old('registration', 'created_at'),
  'lesson-passage': lessonPassage,
  check,
  'drop-in-record': dropInRecord,
  'report-row': reportRow,
  'drop-in-counter': dropInCounter('anonymous'),
  'drop-in-counter-vouched': dropInCounter('vouched'),
  'learner-person': learnerPerson,
  device,
  learner,
  'certified-number': certifiedNumber,
  'former-value': formerValue,
  'identity-attempt': old('identity_attempt', 'created_at'),
  'exemption-window': old('exemption_window', 'until'),
  'audit-event': auditEvent,
} as const satisfies Record<ChoreName, Sweep>;
