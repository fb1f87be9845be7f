import type { Tx } from '../db/open.ts';
import { type Delivery, deliveryOfMessage } from './rules.ts';
import { newestOfRegistration } from './store.ts';

/** Whether the newest message of a registration is on its way; `failing`: the way out does not take it. */
export async function deliveryOf(tx: Tx, registrationId: string): Promise<Delivery> {
  return deliveryOfMessage(await newestOfRegistration(tx, registrationId));
}
