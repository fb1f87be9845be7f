import { sql } from 'kysely';
import type { Tx } from '../db/open.ts';
import type { DeploymentRow } from '../db/schema.ts';

const ONLY = 1;

export async function readDeployment(tx: Tx): Promise<DeploymentRow | undefined> {
  return tx.sql.selectFrom('deployment').selectAll().where('id', '=', ONLY).executeTakeFirst();
}

export async function insertDeployment(tx: Tx, row: Omit<DeploymentRow, 'id'>): Promise<void> {
  await tx.sql
    .insertInto('deployment')
    .values({ id: ONLY, ...row })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Once opened in demo mode, for ever. */
export async function setDemo(tx: Tx, now: number): Promise<void> {
  await tx.sql
    .updateTable('deployment')
    .set({ demo_at: now })
    .where('id', '=', ONLY)
    .where('demo_at', 'is', null)
    .execute();
}

/** The newest event of the audit trail: it only grows, unless an older copy was put in its place. */
export async function newestEvent(tx: Tx): Promise<number> {
  const row = await tx.sql
    .selectFrom('audit_event')
    .select((eb) => eb.fn.max('id').as('newest'))
    .executeTakeFirst();
  return Number(row?.newest ?? 0);
}

/** Every code up to this step is spent, on every registration; checks that are open end. */
export async function spendUpTo(tx: Tx, step: number): Promise<void> {
  // Some at a time: one statement over a million registrations would take longer than a statement may.
  const most = 20_000;
  for (let changed = most; changed === most; ) {
    const { numAffectedRows = 0n } = await sql`update device set last_step = ${step} where id in
      (select id from device where status = 'active' and last_step < ${step} limit ${most})`.execute(tx.sql);
    changed = Number(numAffectedRows);
  }
  await tx.sql.updateTable('check').set({ status: 'expired' }).where('status', '=', 'open').execute();
}
