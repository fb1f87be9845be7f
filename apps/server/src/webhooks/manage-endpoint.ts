import type { WebhookReply, WebhookSecretReply } from '@motp/protocol';
import { record } from '../audit/record.ts';
import type { Database } from '../db/open.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { World } from '../world.ts';
import { type AddressPolicy, mayReach } from './address-rules.ts';
import { hostOf, type Resolve } from './resolve.ts';
import { formerUntil, parseEndpoint } from './rules.ts';
import { newSecret, opened, sealed } from './secrets.ts';
import {
  deleteEndpoint,
  failOrphans,
  findEndpoint,
  insertEndpoint,
  lockEndpoint,
  setEndpoint,
} from './store.ts';

export interface EndpointDependencies {
  database: Database;
  keyring: Keyring;
  world: World;
}

export interface SettingDependencies extends EndpointDependencies {
  resolve: Resolve;
  policy: AddressPolicy;
}

/** Whose webhook, and who asks: `institution`, `command`. */
export interface Owner {
  institution: string;
  actor: string;
}

export type SetEndpoint =
  | { kind: 'made'; url: string; secret: string }
  | { kind: 'changed'; url: string }
  | { kind: 'refused' };

/** Sets where an institution is told. The first time makes its secret, which is shown this once. */
export async function setWebhook(
  dependencies: SettingDependencies,
  { institution, actor }: Owner,
  text: string,
): Promise<SetEndpoint> {
  const { database, keyring, world } = dependencies;
  const url = parseEndpoint(text);
  if (!url || !(await isReachable(dependencies, url))) return { kind: 'refused' };
  const secret = newSecret(world);
  const now = world.now();
  const values = { url_sealed: sealed(keyring, institution, 'url', url.href) };
  const isNew = await database.transaction(async (tx) => {
    const inserted = await insertEndpoint(tx, {
      ...values,
      institution_id: institution,
      secret_sealed: sealed(keyring, institution, 'secret', secret),
      created_at: now,
    });
    if (!inserted) await setEndpoint(tx, institution, values);
    await record(tx, { at: now, kind: 'webhook.set', actor, institution });
    return inserted;
  });
  return isNew ? { kind: 'made', url: url.href, secret } : { kind: 'changed', url: url.href };
}

/** It is looked at again at every delivery: this only tells whoever sets it at once. */
async function isReachable({ resolve, policy }: SettingDependencies, url: URL): Promise<boolean> {
  const addresses = await resolve(hostOf(url)).catch(() => []);
  return mayReach(policy, url.protocol, addresses);
}

/** A new secret; the one before signs beside it for a day. */
export async function rotateSecret(
  { database, keyring, world }: EndpointDependencies,
  { institution, actor }: Owner,
): Promise<WebhookSecretReply | undefined> {
  const secret = newSecret(world);
  return database.transaction(async (tx) => {
    const endpoint = await lockEndpoint(tx, institution);
    if (!endpoint) return undefined;
    const now = world.now();
    const until = formerUntil(now);
    const former = opened(keyring, institution, 'secret', endpoint.secret_sealed);
    await setEndpoint(tx, institution, {
      secret_sealed: sealed(keyring, institution, 'secret', secret),
      former_sealed: sealed(keyring, institution, 'former', former),
      former_until: until,
    });
    await record(tx, { at: now, kind: 'webhook.secret-changed', actor, institution });
    return { secret, formerSecretUntil: new Date(until).toISOString() };
  });
}

/** What was waiting has failed then. @returns whether there was one */
export async function removeWebhook(
  { database, world }: EndpointDependencies,
  { institution, actor }: Owner,
): Promise<boolean> {
  return database.transaction(async (tx) => {
    if (!(await deleteEndpoint(tx, institution))) return false;
    const now = world.now();
    await failOrphans(tx, now, institution);
    await record(tx, { at: now, kind: 'webhook.removed', actor, institution });
    return true;
  });
}

export async function viewWebhook(
  { database, keyring, world }: EndpointDependencies,
  institution: string,
): Promise<WebhookReply | undefined> {
  const endpoint = await findEndpoint(database, institution);
  if (!endpoint) return undefined;
  const { former_until: until } = endpoint;
  const isRotating = until !== null && until > world.now();
  return {
    url: opened(keyring, institution, 'url', endpoint.url_sealed),
    createdAt: new Date(endpoint.created_at).toISOString(),
    ...(isRotating ? { formerSecretUntil: new Date(until).toISOString() } : {}),
  };
}
