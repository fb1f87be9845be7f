import { endExpiredChecks } from '../checks/end-expired.ts';
import type { Deployment } from '../deployment/open-deployment.ts';
import { endExpiredAttempts } from '../identity/view-attempt.ts';
import { endUnused } from '../registration/end-device.ts';
import { forgetAbandoned } from '../registration/forget-abandoned.ts';
import { forgetEvents } from '../webhooks/view-events.ts';
import { realWorld } from '../world.ts';

/** What time alone brings about; every server does it, and doing it twice changes nothing. */
export async function keepHouse({ database, keyring }: Deployment, eventsWaiting: () => void): Promise<void> {
  const now = realWorld.now();
  keyring.refresh();
  await endExpiredChecks({ database, world: realWorld, eventsWaiting });
  await endExpiredAttempts(database, now);
  await forgetAbandoned(database, now);
  await forgetEvents(database, now);
  await endUnused({ database, world: realWorld });
}
