import type { Database } from '../db/open.ts';
import { noteFailure } from '../exemptions/note-failure.ts';
import type { Keyring, Sealed } from '../keys/keyring.ts';
import type { PhoneNumber } from '../learners/rules.ts';
import type { World } from '../world.ts';
import { nextTry } from './rules.ts';
import {
  claimMessages,
  eraseExpired,
  type StoredMessage,
  setDelivered,
  setNextTry,
  setRefused,
} from './store.ts';

export interface OutgoingMessage {
  id: string;
  to: PhoneNumber;
  text: string;
}

/** What a gateway said instead of taking a message: a status or a code of its own, never number or text. */
export class GatewayRefusedError extends Error {
  override name = 'GatewayRefusedError';
  readonly code: string;

  /** @param code of anything but letters and digits nothing is kept: who knows what it repeats */
  constructor(code: unknown) {
    const known = /^\w{1,40}$/.test(String(code)) ? String(code) : 'unknown';
    super(`the gateway answered ${known}`);
    this.code = known;
  }
}

/** This number will not be taken however often it is tried. */
export class NumberRefusedError extends GatewayRefusedError {
  override name = 'NumberRefusedError';
}

/**
 * A way out for messages. `send` rejects when the message was not taken; it is tried again, except after
 * `NumberRefusedError`.
 */
export interface SmsSender {
  send(message: OutgoingMessage): Promise<void>;
  /** The demo’s outbox shows texts after delivery, until they expire. */
  readonly keepsText: boolean;
}

export interface SendingDependencies {
  database: Database;
  keyring: Keyring;
  world: World;
  sender: SmsSender;
  /** Is told of a failed attempt, without number or text. */
  failed(message: { id: string; attempts: number; error: string; code?: string }): void;
}

const LEASE_MS = 30_000;

/** Sends what is due, each message on its own. @returns how many were due */
export async function sendMessages(dependencies: SendingDependencies): Promise<number> {
  const { database, world } = dependencies;
  const now = world.now();
  await eraseExpired(database, now);
  const due = await database.transaction((tx) => claimMessages(tx, now, now + LEASE_MS));
  await Promise.all(due.map((message) => sendOne(dependencies, message)));
  return due.length;
}

async function sendOne(dependencies: SendingDependencies, message: StoredMessage): Promise<void> {
  const { database, keyring, world, sender, failed } = dependencies;
  const { id, to_sealed: to, text_sealed: text } = message;
  if (to === null || text === null) return;
  const open = (column: string, sealed: Sealed) =>
    keyring.open({ table: 'message', column, row: id }, sealed).toString();
  try {
    await handOver(dependencies, { id, to: open('to', to) as PhoneNumber, text: open('text', text) });
    await setDelivered(database, id, world.now(), sender.keepsText);
  } catch (error) {
    const attempts = message.attempts + 1;
    const code = error instanceof GatewayRefusedError ? { code: error.code } : {};
    failed({ id, attempts, error: error instanceof Error ? error.name : 'unknown', ...code });
    if (error instanceof NumberRefusedError) return setRefused(database, id, world.now());
    await setNextTry(database, id, world.now() + nextTry(attempts));
  }
}

/** S-5: a gateway that fails is recorded; one that refuses a number works, else any wrong number were an outage. */
async function handOver(
  { database, world, sender }: SendingDependencies,
  message: OutgoingMessage,
): Promise<void> {
  try {
    await sender.send(message);
  } catch (error) {
    if (!(error instanceof NumberRefusedError)) await noteFailure(database, 'sms', world.now());
    throw error;
  }
}
