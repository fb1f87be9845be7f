import { calculateJwkThumbprint, EmbeddedJWK, errors, type JWK, type JWTPayload, jwtVerify } from 'jose';
import type { Database } from '../db/open.ts';
import type { World } from '../world.ts';
import { insertProof } from './proof-store.ts';

export interface ProofRequest {
  /** The `DPoP` header. */
  proof: string | undefined;
  method: string;
  /** The path without query. */
  path: string;
}

export interface ProofDependencies {
  database: Database;
  world: World;
  /** Where the product may be addressed: `htu` is one of these plus the path. */
  origins: readonly string[];
}

export type Possession =
  | { kind: 'proved'; thumbprint: string; encryptionThumbprint: string | undefined }
  | { kind: 'refused'; reason: 'bad-proof' | 'proof-stale' | 'proof-replayed' };

const CLOCK_MS = 60_000;
const REMEMBERED_MS = 120_000;

const bad: Possession = { kind: 'refused', reason: 'bad-proof' };

/** A DPoP proof (RFC 9449 §4.3). The key's RFC 7638 thumbprint names the device. */
export async function provePossession(
  { database, world, origins }: ProofDependencies,
  request: ProofRequest,
): Promise<Possession> {
  const verified = await verify(request.proof, world.now());
  if (!verified) return bad;
  const { claims, thumbprint } = verified;
  const { htm, htu, iat, jti, enc_jkt: encryptionThumbprint } = claims;
  if (htm !== request.method || !isTarget(htu, request.path, origins)) return bad;
  if (typeof iat !== 'number' || typeof jti !== 'string' || jti.length < 1 || jti.length > 128) return bad;
  if (encryptionThumbprint !== undefined && typeof encryptionThumbprint !== 'string') return bad;
  const issuedAt = iat * 1000;
  if (!(Math.abs(world.now() - issuedAt) <= CLOCK_MS)) return { kind: 'refused', reason: 'proof-stale' };
  const isNew = await insertProof(database, { thumbprint, jti, expires_at: issuedAt + REMEMBERED_MS });
  if (!isNew) return { kind: 'refused', reason: 'proof-replayed' };
  return { kind: 'proved', thumbprint, encryptionThumbprint };
}

interface Verified {
  thumbprint: string;
  claims: JWTPayload;
}

async function verify(proof: string | undefined, now: number): Promise<Verified | undefined> {
  if (proof === undefined) return undefined;
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: ['ES256'],
      currentDate: new Date(now),
    });
    const jwk = protectedHeader.jwk as JWK;
    // RFC 9449 §4.2: the header carries a public key, never a private one.
    if (jwk.kty !== 'EC' || jwk.crv !== 'P-256' || 'd' in jwk) return undefined;
    return { thumbprint: await calculateJwkThumbprint(jwk), claims: payload };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof DOMException) {
      return undefined;
    }
    throw error;
  }
}

function isTarget(htu: unknown, path: string, origins: readonly string[]): boolean {
  if (typeof htu !== 'string' || !URL.canParse(htu)) return false;
  const { origin, pathname } = new URL(htu);
  return origins.includes(origin) && pathname === path;
}
