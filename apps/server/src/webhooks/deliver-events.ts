import { Webhook } from 'standardwebhooks';
import type { Database } from '../db/open.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { World } from '../world.ts';
import type { Post, Posted } from './post-event.ts';
import { nextTry } from './rules.ts';
import { opened } from './secrets.ts';
import {
  type Attempted,
  type ClaimedEvent,
  claimEvents,
  findEndpoint,
  institutionsDue,
  type StoredEndpoint,
  setAttempted,
  setDelivered,
} from './store.ts';

/** Is told of an attempt that failed: no address, no body. */
export interface FailedAttempt {
  event: string;
  institution: string;
  attempts: number;
  status: number | null;
  error: string | null;
}

export interface DeliveryDependencies {
  database: Database;
  keyring: Keyring;
  world: World;
  post: Post;
  failed(attempt: FailedAttempt): void;
  /** Is told of a fault of our own; the events are taken up again when their lease is over. */
  broken(error: unknown): void;
}

export interface Deliveries {
  /** Starts with what is due and comes back at once. */
  run(): Promise<void>;
  /** Resolves when nothing that was started is under way. */
  idle(): Promise<void>;
  /** Starts nothing more. Resolves when nothing is under way. */
  stop(): Promise<void>;
}

/** Longer than an attempt can take. */
const LEASE_MS = 30_000;

/** Each institution has a lane of its own: one whose server hangs delays nobody else’s events. */
export function deliveries(dependencies: DeliveryDependencies): Deliveries {
  const lanes = new Map<string, Promise<void>>();
  let isStopped = false;
  const drain = async (institution: string) => {
    while (!isStopped && (await deliverSome(dependencies, institution)) > 0);
  };
  const start = (institution: string) => {
    const lane = drain(institution)
      .catch(dependencies.broken)
      .finally(() => lanes.delete(institution));
    lanes.set(institution, lane);
  };
  const idle = async () => {
    while (lanes.size > 0) await Promise.all(lanes.values());
  };
  return {
    async run() {
      const due = await institutionsDue(dependencies.database, dependencies.world.now());
      for (const institution of due) if (!isStopped && !lanes.has(institution)) start(institution);
    },
    idle,
    stop() {
      isStopped = true;
      return idle();
    },
  };
}

/** @returns how many events were tried */
async function deliverSome(dependencies: DeliveryDependencies, institution: string): Promise<number> {
  const { database, world } = dependencies;
  const now = world.now();
  const events = await database.transaction((tx) => claimEvents(tx, institution, now, now + LEASE_MS));
  // The address is read after the claim: one that was changed or removed meanwhile gets nothing more.
  const endpoint = events.length > 0 ? await findEndpoint(database, institution) : undefined;
  if (!endpoint) return 0;
  await Promise.all(events.map((event) => deliverOne(dependencies, endpoint, event)));
  return events.length;
}

async function deliverOne(
  { database, keyring, world, post, failed }: DeliveryDependencies,
  endpoint: StoredEndpoint,
  event: ClaimedEvent,
): Promise<void> {
  const institution = endpoint.institution_id;
  const url = new URL(opened(keyring, institution, 'url', endpoint.url_sealed));
  const body = event.payload_json;
  const posted = await post({ url, body, headers: signedHeaders(keyring, endpoint, event, world.now()) });
  const now = world.now();
  const attempted = attemptedOf(posted);
  if ('status' in posted && posted.status >= 200 && posted.status < 300) {
    return setDelivered(database, event.id, now, attempted);
  }
  const { id, attempts, give_up_at: until } = event;
  const { last_status: status, last_error: error } = attempted;
  failed({ event: id, institution, attempts, status, error });
  await setAttempted(database, event, { ...attempted, now, nextAt: nextTry(attempts, now, until) });
}

const attemptedOf = (posted: Posted): Attempted =>
  'status' in posted
    ? { last_status: posted.status, last_error: null }
    : { last_status: null, last_error: posted.error };

/** Standard Webhooks 1.0: the same id at every attempt, the time of this one, a signature per valid secret. */
function signedHeaders(
  keyring: Keyring,
  { institution_id: institution, secret_sealed, former_sealed, former_until }: StoredEndpoint,
  { id, payload_json: body }: ClaimedEvent,
  now: number,
): Record<string, string> {
  const secrets = [opened(keyring, institution, 'secret', secret_sealed)];
  if (former_sealed !== null && (former_until ?? 0) > now) {
    secrets.push(opened(keyring, institution, 'former', former_sealed));
  }
  return {
    'content-type': 'application/json',
    'user-agent': 'motp-webhooks',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, new Date(now), body)).join(' '),
  };
}
