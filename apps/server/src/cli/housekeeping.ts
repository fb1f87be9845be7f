import { endExpiredChecks } from '../checks/end-expired.ts';
import type { Deployment } from '../deployment/open-deployment.ts';
import { endExpiredAttempts } from '../identity/view-attempt.ts';
import { endUnused } from '../registration/end-device.ts';
import { forgetAbandoned } from '../registration/forget-abandoned.ts';
import { forgetEvents } from '../webhooks/view-events.ts';
import type { World } from '../world.ts';

export interface Housekeeping extends Pick<Deployment, 'database' | 'keyring'> {
  world: World;
  eventsWaiting(): void;
  /** Is told of work that failed; the others go on, and the next round tries it again. */
  failed(work: string, error: unknown): void;
}

/** What time alone brings about; every server does it, without waiting for another, and twice changes nothing. */
export async function keepHouse(house: Housekeeping): Promise<void> {
  const { database, keyring, world, failed } = house;
  const now = world.now();
  const work: Record<string, () => Promise<unknown>> = {
    keys: async () => keyring.refresh(),
    checks: () => endExpiredChecks(house),
    attempts: () => endExpiredAttempts(database, now),
    registrations: () => forgetAbandoned(database, now),
    events: () => forgetEvents(database, now),
    devices: () => endUnused(house),
  };
  for (const [name, run] of Object.entries(work)) {
    await run().catch((error: unknown) => failed(name, error));
  }
}
