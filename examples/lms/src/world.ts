import type { MotpClient, ReceiptKeys } from '@motp/lms-sdk';
import { receiptKeys } from '@motp/lms-sdk';
import { DailyLimits } from './daily-limits.ts';
import { Events } from './events.ts';
import { Progress } from './progress.ts';
import { Sessions } from './sessions.ts';
import type { Settings } from './settings.ts';
import { SpentReceipts } from './spent-receipts.ts';

/** Everything that one running site shares between requests. */
export interface World {
  settings: Settings;
  client: MotpClient;
  keys: ReceiptKeys;
  sessions: Sessions;
  progress: Progress;
  limits: DailyLimits;
  events: Events;
  /** Of the page for today's mOTP. */
  spent: SpentReceipts;
  /** The clock, in epoch milliseconds. */
  now: () => number;
}

export function makeWorld(settings: Settings, now: () => number = Date.now): World {
  const client = { url: settings.motpUrl, apiKey: settings.apiKey };
  return {
    ...{ settings, client, now },
    keys: receiptKeys(settings.motpUrl),
    sessions: new Sessions(),
    progress: new Progress(),
    limits: new DailyLimits(client, now),
    events: new Events(),
    spent: new SpentReceipts(),
  };
}
