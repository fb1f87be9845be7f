import { type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import { isOneOf } from '../db/batch.ts';
import { freeRows } from '../db/free-rows.ts';
import type { Tx } from '../db/open.ts';
import type {
  DeviceRow,
  FormerValueRow,
  LearnerRow,
  LimitCounterRow,
  RegistrationRow,
} from '../db/schema.ts';

export type StoredRegistration = Selectable<RegistrationRow>;
export type StoredDevice = Selectable<DeviceRow>;
export type StoredLearner = Selectable<LearnerRow>;

/** Makes the counter or marks it used, which locks it: whoever holds it is alone with this number or address. */
export async function lockCounter(tx: Tx, key: string, now: number): Promise<LimitCounterRow> {
  return tx.sql
    .insertInto('limit_counter')
    .values({ key, sent_json: '[]', wrong_json: '[]', used_at: now })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ used_at: now }))
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Counters that no limit can count any more. */
export async function deleteCounters(tx: Tx, usedBefore: number): Promise<void> {
  await tx.sql
    .deleteFrom('limit_counter')
    .where(freeRows(tx, 'limit_counter', sql`used_at < ${usedBefore}`))
    .execute();
}

export async function setCounter(tx: Tx, key: string, values: Updateable<LimitCounterRow>): Promise<void> {
  await tx.sql.updateTable('limit_counter').set(values).where('key', '=', key).execute();
}

/** When the unproved registrations of an address began, oldest first. */
export async function unprovedSince(tx: Tx, addressKey: string, since: number): Promise<number[]> {
  const rows = await tx.sql
    .selectFrom('registration')
    .select('created_at')
    .where('address_key', '=', addressKey)
    .where('created_at', '>', since)
    .where('proved_at', 'is', null)
    .orderBy('created_at')
    .execute();
  return rows.map(({ created_at: createdAt }) => createdAt);
}

/** A registration does not live that long, so no message of it is younger. */
const REGISTRATION_MS = 60 * 60_000;

/** When the newest messages of an address’s unproved registrations were written, oldest first. */
export async function unprovedMessages(
  tx: Tx,
  addressKey: string,
  since: number,
  most: number,
): Promise<number[]> {
  const rows = await tx.sql
    .selectFrom('registration')
    .innerJoin('message', 'message.registration_id', 'registration.id')
    .select('message.created_at as sentAt')
    .where('registration.address_key', '=', addressKey)
    .where('registration.created_at', '>', since - REGISTRATION_MS)
    .where('registration.proved_at', 'is', null)
    .where('message.created_at', '>', since)
    .orderBy('message.created_at', 'desc')
    .limit(most)
    .execute();
  return rows.map(({ sentAt }) => sentAt).reverse();
}

export async function insertRegistration(tx: Tx, row: Insertable<RegistrationRow>): Promise<void> {
  await tx.sql.insertInto('registration').values(row).execute();
}

/** A registration is only there for the key that began it. */
export async function findRegistration(
  tx: Tx,
  id: string,
  thumbprint: string,
): Promise<StoredRegistration | undefined> {
  return tx.sql
    .selectFrom('registration')
    .selectAll()
    .where('id', '=', id)
    .where('thumbprint', '=', thumbprint)
    .executeTakeFirst();
}

export async function lockRegistration(tx: Tx, id: string): Promise<StoredRegistration> {
  const query = tx.sql.selectFrom('registration').selectAll().where('id', '=', id);
  return (tx.dialect === 'postgres' ? query.forUpdate() : query).executeTakeFirstOrThrow();
}

export async function setRegistration(
  tx: Tx,
  id: string,
  values: Updateable<RegistrationRow>,
): Promise<void> {
  await tx.sql.updateTable('registration').set(values).where('id', '=', id).execute();
}

/**
 * Locks the key, which may be proving another number at this moment, then, in id order, the learners of some
 * numbers and the one whose active app has this key, and last their active apps, which answers lock alone (ADR 0008).
 */
export async function lockLearners(tx: Tx, phoneKeys: readonly string[], thumbprint: string): Promise<void> {
  if (tx.dialect === 'sqlite') return;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`key:${thumbprint}`}, 0))`.execute(tx.sql);
  const { rows } = await sql<{
    id: string;
  }>`select id from learner where id in (
      select id from learner where phone_key in (${sql.join(phoneKeys)})
      union select learner_id from device where thumbprint = ${thumbprint} and status = 'active')
    order by id for update`.execute(tx.sql);
  const learners = rows.map(({ id }) => id);
  await sql`select id from device where ${isOneOf(tx.dialect, 'learner_id', learners)} and status = 'active'
    order by id for update`.execute(tx.sql);
}

/**
 * The learners of some numbers who have this name, oldest first. Whoever has a number since after it was certified
 * may be its next owner, so they are nobody’s namesake here.
 */
export async function findNamesakes(
  tx: Tx,
  phoneKeys: readonly string[],
  nameKey: string,
): Promise<StoredLearner[]> {
  if (phoneKeys.length === 0) return [];
  return tx.sql
    .selectFrom('learner')
    .innerJoin('certified_number as certified', 'certified.phone_key', 'learner.phone_key')
    .selectAll('learner')
    .where('learner.phone_key', 'in', phoneKeys)
    .where('name_key', '=', nameKey)
    .whereRef('created_at', '<=', 'certified_at')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('former_value')
            .select('former_value.id')
            .whereRef('learner_id', '=', 'learner.id')
            .where('kind', '=', 'phone')
            .whereRef('until', '>', 'certified_at'),
        ),
      ),
    )
    .orderBy('created_at')
    .orderBy('learner.id')
    .execute();
}

/** Two learners turn out to be one: what the other one has becomes theirs, and nothing personal stays behind. */
export async function joinLearners(tx: Tx, from: string, into: string): Promise<void> {
  await tx.sql.updateTable('device').set({ learner_id: into }).where('learner_id', '=', from).execute();
  await tx.sql.updateTable('former_value').set({ learner_id: into }).where('learner_id', '=', from).execute();
  await setLearner(tx, from, { name_key: null, name_sealed: null, phone_key: null, phone_sealed: null });
}

export async function findLearner(
  tx: Tx,
  by: { id: string } | { phone_key: string },
): Promise<StoredLearner | undefined> {
  const [column, value] = 'id' in by ? (['id', by.id] as const) : (['phone_key', by.phone_key] as const);
  return tx.sql.selectFrom('learner').selectAll().where(column, '=', value).executeTakeFirst();
}

export async function insertLearner(tx: Tx, row: Insertable<LearnerRow>): Promise<void> {
  await tx.sql.insertInto('learner').values(row).execute();
}

/** A name stands with the active registration, too, where an answer is compared with it. */
export async function setLearner(tx: Tx, id: string, values: Updateable<LearnerRow>): Promise<void> {
  await tx.sql.updateTable('learner').set(values).where('id', '=', id).execute();
  const { name_key } = values;
  if (name_key === undefined) return;
  await tx.sql
    .updateTable('device')
    .set({ name_key })
    .where('learner_id', '=', id)
    .where('status', '=', 'active')
    .execute();
}

/** Active devices that a new one takes the place of: of the learner and of who is the same, of the number, of the key. */
export async function findReplaced(
  tx: Tx,
  by: { learnerIds: readonly string[]; phoneKey: string; thumbprint: string },
): Promise<StoredDevice[]> {
  const active = tx.sql.selectFrom('device').select('id').where('status', '=', 'active');
  // Each by its index: with `or` SQLite reads the registrations of everybody in the order of their ids.
  const replaced = active
    .where('learner_id', 'in', by.learnerIds)
    .union(active.where('phone_key', '=', by.phoneKey))
    .union(active.where('thumbprint', '=', by.thumbprint));
  return tx.sql.selectFrom('device').selectAll().where('id', 'in', replaced).orderBy('id').execute();
}

export async function insertDevice(tx: Tx, row: Insertable<DeviceRow>): Promise<void> {
  await tx.sql.insertInto('device').values(row).execute();
}

/** Ends an active registration and erases its seed. @returns false when it was over already */
export async function endDevice(
  tx: Tx,
  id: string,
  status: 'replaced' | 'reset' | 'ended',
  now: number,
  usedBefore = now + 1,
): Promise<boolean> {
  const result = await tx.sql
    .updateTable('device')
    .set({ status, ended_at: now, seed_sealed: null, name_key: null })
    .where('id', '=', id)
    .where('status', '=', 'active')
    .where('used_at', '<', usedBefore)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** The device that this key names: the active one, else the one that ended last. */
export async function findDevice(tx: Tx, thumbprint: string): Promise<StoredDevice | undefined> {
  return tx.sql
    .selectFrom('device')
    .selectAll()
    .where('thumbprint', '=', thumbprint)
    .orderBy((eb) => eb.case().when('status', '=', 'active').then(0).else(1).end())
    .orderBy('registered_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

export async function findDeviceById(tx: Tx, id: string): Promise<StoredDevice | undefined> {
  return tx.sql.selectFrom('device').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Locks the learner before one of their registrations is ended. */
export async function lockLearner(tx: Tx, id: string): Promise<void> {
  if (tx.dialect === 'sqlite') return;
  await tx.sql.selectFrom('learner').select('id').where('id', '=', id).forUpdate().execute();
}

/** Locks those of these learners whom nobody holds, in id order. @returns their ids */
export async function lockFreeLearners(tx: Tx, ids: readonly string[]): Promise<Set<string>> {
  if (tx.dialect === 'sqlite') return new Set(ids);
  const { rows } = await sql<{ id: string }>`select id from learner where ${isOneOf(tx.dialect, 'id', ids)}
    order by id for update skip locked`.execute(tx.sql);
  return new Set(rows.map(({ id }) => id));
}

export async function insertFormerValue(tx: Tx, row: FormerValueRow): Promise<void> {
  await tx.sql.insertInto('former_value').values(row).execute();
}

/**
 * Institutions where the learner of a device passed a check since then, and the ids by which these know the learner:
 * by a code of any of their apps, or by an identity check, which is theirs by the number of this one and their name.
 */
export async function knownAs(
  tx: Tx,
  { learner_id: learnerId, phone_key: phoneKey }: Pick<StoredDevice, 'learner_id' | 'phone_key'>,
  since: number,
): Promise<{ institution: string; learner: string }[]> {
  const passed = tx.sql
    .selectFrom('check')
    .select(['check.institution_id as institution', 'check.learner_ref as learner'])
    .where('check.status', '=', 'passed')
    .where('check.passed_at', '>', since);
  return passed
    .innerJoin('device', 'device.id', 'check.device_id')
    .where('device.learner_id', '=', learnerId)
    .union(
      passed
        .innerJoin('learner', 'learner.name_key', 'check.name_key')
        .where('learner.id', '=', learnerId)
        .where('check.phone_key', '=', phoneKey),
    )
    .orderBy('institution')
    .orderBy('learner')
    .execute();
}

export interface PassedCheck {
  id: string;
  disputedAt: number | null;
  institution: string;
  course: string;
  kind: string;
  number: number;
  method: string | null;
  at: number | null;
}

/** The latest checks that were passed with a device, newest first. */
export async function passedWith(tx: Tx, deviceId: string, most: number): Promise<PassedCheck[]> {
  return tx.sql
    .selectFrom('check')
    .innerJoin('institution', 'institution.id', 'check.institution_id')
    .select([
      'check.id as id',
      'check.disputed_at as disputedAt',
      'institution.name as institution',
      'check.course_title as course',
      'check.occasion_kind as kind',
      'check.occasion_number as number',
      'check.method as method',
      'check.passed_at as at',
    ])
    .where('check.device_id', '=', deviceId)
    .where('check.status', '=', 'passed')
    .orderBy('check.passed_at', 'desc')
    .limit(most)
    .execute();
}

/**
 * P-2: the personal data of a number’s checks go, open ones end; what happened stays under its ids.
 * @param until leaves checks opened since then: the number was somebody else’s by that time
 */
export async function forgetInChecks(
  tx: Tx,
  phoneKey: string,
  until = Number.MAX_SAFE_INTEGER,
): Promise<void> {
  await tx.sql
    .updateTable('check')
    .set({ status: 'expired' })
    .where('phone_key', '=', phoneKey)
    .where('created_at', '<', until)
    .where('status', '=', 'open')
    .execute();
  await tx.sql
    .updateTable('check')
    .set({
      name_sealed: null,
      phone_sealed: null,
      birth_date_sealed: null,
      session_sealed: null,
      session_key: null,
      name_key: '',
      phone_key: '',
    })
    .where('phone_key', '=', phoneKey)
    .where('created_at', '<', until)
    .execute();
}

/** P-2: ended registrations of a learner no longer say which number they were for. */
export async function forgetInDevices(tx: Tx, learnerId: string): Promise<void> {
  await tx.sql
    .updateTable('device')
    .set({ phone_key: null })
    .where('learner_id', '=', learnerId)
    .where('status', '!=', 'active')
    .execute();
}

export async function forgetInRegistrations(
  tx: Tx,
  by: { phoneKey: string; until?: number } | { before: number },
): Promise<void> {
  const forget = tx.sql
    .updateTable('registration')
    .set({ name_key: '', name_sealed: null, phone_key: '', phone_sealed: null, tries_left: 0 });
  await ('phoneKey' in by
    ? forget
        .where('phone_key', '=', by.phoneKey)
        .where('created_at', '<', by.until ?? Number.MAX_SAFE_INTEGER)
    : forget.where(
        freeRows(tx, 'registration', sql`code_expires_at < ${by.before} and phone_sealed is not null`),
      )
  ).execute();
}
