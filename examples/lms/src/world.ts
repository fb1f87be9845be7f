import type { MotpClient, ReceiptKeys } from '@motp/lms-sdk';
import { receiptKeys } from '@motp/lms-sdk';
import { Sessions } from './sessions.ts';
import type { Settings } from './settings.ts';

/** Everything that one running site shares between requests. */
export interface World {
  settings: Settings;
  client: MotpClient;
  keys: ReceiptKeys;
  sessions: Sessions;
}

export function makeWorld(settings: Settings): World {
  return {
    settings,
    client: { url: settings.motpUrl, apiKey: settings.apiKey },
    keys: receiptKeys(settings.motpUrl),
    sessions: new Sessions(),
  };
}
