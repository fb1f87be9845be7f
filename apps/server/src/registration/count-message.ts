import type { Tx } from '../db/open.ts';
import { waitOfDay } from '../messages/day-bound.ts';
import {
  ADDRESS_MESSAGES,
  type Allowance,
  addressMessagesSince,
  addressWait,
  keptSent,
  keptWrong,
  numberWait,
  proofAllowance,
} from './rules.ts';
import { lockCounter, setCounter, unprovedMessages } from './store.ts';

/** Refused for now by a limit per number, per address or of the deployment. */
export interface Limited {
  kind: 'limited';
  reason: 'message-limit' | 'registration-limit' | 'proof-closed';
  retryAfterMs: number;
}

export const limitedBy = (reason: Limited['reason'], allowance: Allowance): Limited | undefined =>
  allowance.kind === 'refused'
    ? { kind: 'limited', reason, retryAfterMs: allowance.retryAfterMs }
    : undefined;

export interface Counting {
  /** `MOTP_LIMITS`: off lifts every limit here. */
  limits: boolean;
  /** `MOTP_SMS_PER_DAY`: of the whole deployment. */
  smsPerDay: number;
}

/** To whom a message goes and from which address its registration was begun, as keyed hashes. */
export interface Counted {
  phoneKey: string;
  addressKey: string;
}

/**
 * Counts a message for its number, or says how long none may be sent to this number, from this address or on this
 * day. The rows it takes, the address before the number, make the limits of both exact. What a proof followed
 * no longer counts for the address: a company, or all phones of a carrier, may sit behind it (O-7).
 */
export async function countMessage(
  tx: Tx,
  { limits, smsPerDay }: Counting,
  { phoneKey, addressKey }: Counted,
  now: number,
): Promise<Limited | undefined> {
  // Without limits the address is left alone: in a load test everybody would wait for its row.
  if (limits) await lockCounter(tx, `address:${addressKey}`, now);
  const key = `phone:${phoneKey}`;
  const counter = await lockCounter(tx, key, now);
  const sentAt = keptSent(JSON.parse(counter.sent_json) as number[], now);
  const wrongAt = keptWrong(JSON.parse(counter.wrong_json) as number[], now);
  if (limits) {
    const closed = limitedBy('proof-closed', proofAllowance(wrongAt, now));
    if (closed) return closed;
    const ofAddress = await unprovedMessages(tx, addressKey, addressMessagesSince(now), ADDRESS_MESSAGES);
    const ofDay = await waitOfDay(tx, smsPerDay, now);
    const retryAfterMs = Math.max(numberWait(sentAt, now), addressWait(ofAddress, now), ofDay);
    if (retryAfterMs > 0) return { kind: 'limited', reason: 'message-limit', retryAfterMs };
  }
  await setCounter(tx, key, { sent_json: JSON.stringify([...sentAt, now]) });
  return undefined;
}
