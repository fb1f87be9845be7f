import type { RegistrationProgress } from '@motp/protocol';
import type { Database } from '../db/open.ts';
import type { IdentityProviders } from '../identity/provider.ts';
import { deliveryOf } from '../messages/delivery.ts';
import type { World } from '../world.ts';
import { isIdentityOver, provingMethods } from './rules.ts';
import { findRegistration } from './store.ts';

/** Whether the message is on its way, and which other way is open; undefined for a key that did not begin it. */
export async function viewRegistration(
  { database, providers, world }: { database: Database; providers: IdentityProviders; world: World },
  thumbprint: string,
  id: string,
): Promise<RegistrationProgress | undefined> {
  const row = await findRegistration(database, id, thumbprint);
  if (!row) return undefined;
  return {
    registration: id,
    delivery: await deliveryOf(database, id),
    identity: isIdentityOver(row, world.now()) ? [] : provingMethods(providers),
  };
}
