import type { AuditEvent } from '../audit/event.ts';
import { record } from '../audit/record.ts';
import type { Database } from '../db/open.ts';
import type { RetentionTallyRow } from '../db/schema.ts';
import type { World } from '../world.ts';
import { takeTallies } from './store.ts';

/**
 * O-5: what was cleaned up on the days before one stands in the trail, a line for each chore and institution. The
 * tallies were counted in the transactions of the work, and go with the one that writes the lines.
 * @param beforeDay in Asia/Seoul, `2026-11-23`
 */
export async function recordDays(
  { database, world }: { database: Database; world: World },
  beforeDay: string,
): Promise<void> {
  await database.transaction(async (tx) => {
    const tallies = await takeTallies(tx, beforeDay);
    await record(tx, ...eventsOf(tallies, world.now()));
  });
}

function eventsOf(tallies: readonly RetentionTallyRow[], at: number): AuditEvent[] {
  const sums = new Map<string, RetentionTallyRow>();
  for (const tally of tallies) {
    const key = JSON.stringify([tally.day, tally.chore, tally.institution_id]);
    const sum = sums.get(key) ?? { ...tally, cleaned: 0 };
    const until = Math.max(sum.until, tally.until);
    sums.set(key, { ...sum, cleaned: sum.cleaned + tally.cleaned, until });
  }
  return [...sums.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, { day, chore, institution_id: institution, cleaned, until }]) => ({
      at,
      kind: 'retention.cleaned',
      actor: 'system',
      institution: institution === '' ? null : institution,
      data: { day, chore, cleaned, before: new Date(until).toISOString() },
    }));
}
