import type { AuditEvent } from '../audit/event.ts';
import { record } from '../audit/record.ts';
import type { Database, Tx } from '../db/open.ts';
import { liftLock } from './lift-lock.ts';
import type { Channel, UnopenedAnswer } from './unopened.ts';
import { counterNow, FRESH_MS, noCounter } from './unopened-rules.ts';
import {
  counterKey,
  countPassed,
  type FoundRegistration,
  hasIdentified,
  lockRegistrationOf,
  putCounter,
  readCounter,
} from './unopened-store.ts';

/** Whose registration shall be usable again. `said` goes into the trail: outcomes and keyed hashes. */
export interface AskedReset
  extends Pick<UnopenedAnswer, 'institution' | 'learner' | 'nameKey' | 'phoneKey' | 'now' | 'channel'> {
  readonly said: NonNullable<AuditEvent['data']>;
}

/** `done`: it is usable, by this or by what happened before. */
export type Reset = 'done' | 'mismatch' | 'unproved' | 'disputed';

/**
 * A page says that somebody showed who they are (ADR 0021). With the API key the institution vouches: lock and
 * façade are opened, a lock by dispute never (R-5, ADR 0013). Without it the page's word lifts nothing: a certified
 * identity check of ours lifted what it may when it was settled (C-6), and this tells whether that is so.
 */
export const resetUnopened = (database: Database, asked: AskedReset): Promise<Reset> =>
  database.transaction(async (tx) => {
    const found = await lockRegistrationOf(tx, asked.phoneKey);
    const isTheirs = found !== undefined && found.device.name_key === asked.nameKey;
    const reset = isTheirs ? await act[asked.channel](tx, asked, found) : 'mismatch';
    await record(tx, { ...eventOf(asked, found), kind: 'drop-in.reset', data: { ...asked.said, reset } });
    return reset;
  });

type Act = (tx: Tx, asked: AskedReset, found: FoundRegistration) => Promise<Reset>;

const act: Readonly<Record<Channel, Act>> = {
  async vouched(tx, asked, found) {
    const { device } = found;
    if (device.locked_because === 'disputed') return 'disputed';
    if (device.locked_at !== null) {
      await liftLock(tx, device.id, {
        ...eventOf(asked, found),
        data: { because: 'institution', ...asked.said },
      });
    }
    const key = counterKey(asked.institution, device.id, 'anonymous');
    if (await readCounter(tx, key)) await putCounter(tx, key, noCounter);
    return 'done';
  },
  async anonymous(tx, asked, { device }) {
    if (!(await hasIdentified(tx, asked, asked.now - FRESH_MS))) return 'unproved';
    if (device.locked_at !== null) return device.locked_because === 'disputed' ? 'disputed' : 'unproved';
    const counter = await readCounter(tx, counterKey(asked.institution, device.id, 'anonymous'));
    const isClosed =
      counter !== undefined && counterNow(counter, await countPassed(tx, asked), asked.now).closedAt !== null;
    return isClosed ? 'unproved' : 'done';
  },
};

const eventOf = (asked: AskedReset, found: FoundRegistration | undefined) => ({
  at: asked.now,
  actor: asked.channel === 'vouched' ? 'institution' : 'learner',
  institution: asked.institution,
  learner: found?.device.learner_id ?? null,
  device: found?.device.id ?? null,
});
