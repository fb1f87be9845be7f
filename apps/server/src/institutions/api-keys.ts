import { createHash } from 'node:crypto';
import type { Database } from '../db/open.ts';
import type { World } from '../world.ts';
import { findByApiKey, liveKeyHashes, type StoredInstitution, touchApiKey } from './store.ts';

export type Institution = StoredInstitution;

/** Who asks: an institution, by one of its keys. */
export interface Caller {
  institution: Institution;
  keyId: string;
}

const KEY_BYTES = 32;
const PREFIX = 'motp_';
const TOUCH_EVERY_MS = 60_000;

/** `motp_…`, 256 random bits. Shown once; the database keeps its hash. */
export const newApiKey = (world: World): string => PREFIX + world.random(KEY_BYTES).toString('base64url');

export const hashApiKey = (key: string): string => createHash('sha256').update(key).digest('base64url');

/** Whose key this is, from an `Authorization` header (RFC 6750); undefined for none, unknown or revoked. */
export async function authenticate(
  database: Database,
  world: World,
  authorization: string | undefined,
): Promise<Caller | undefined> {
  const key = /^Bearer +([\x21-\x7e]{1,200})$/i.exec(authorization ?? '')?.[1];
  if (!key) return undefined;
  const found = await findByApiKey(database, hashApiKey(key));
  if (!found) return undefined;
  const now = world.now();
  if (found.lastUsedAt === null || now - found.lastUsedAt > TOUCH_EVERY_MS) {
    await touchApiKey(database, found.keyId, now);
  }
  return { institution: found.institution, keyId: found.keyId };
}

/** SHA-256 of each key in use, base64url: what only the institution and this server know. */
export const keyHashesOf = (database: Database, institution: string): Promise<string[]> =>
  liveKeyHashes(database, institution);

export const originsOf = (institution: Institution): string[] =>
  JSON.parse(institution.origins_json) as string[];
