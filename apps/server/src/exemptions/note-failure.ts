import type { Tx } from '../db/open.ts';
import { QUIET_MS } from './rules.ts';
import { upsertFailure } from './store.ts';

/** A provider gave no answer: `sms`, or an identity provider by its name. The last lock of its transaction. */
export const noteFailure = (tx: Tx, provider: string, now: number): Promise<void> =>
  upsertFailure(tx, provider, now, now - QUIET_MS);
