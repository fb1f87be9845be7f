import type { ConsentsReply, ProblemCode } from '@motp/protocol';
import type { IdentityDependencies } from '../identity/begin-attempt.ts';
import { refusal } from './app-problems.ts';
import type { RegistrationDependencies } from './begin-registration.ts';
import { type ProofDependencies, provePossession } from './proof-of-possession.ts';
import { isEnded } from './view-device.ts';

export interface AppDependencies extends RegistrationDependencies, ProofDependencies, IdentityDependencies {
  /** Sends what was queued without waiting for the next round. */
  messagesWaiting(): void;
  demo: ConsentsReply['demo'] | undefined;
}

/** What every route that asks for a DPoP proof may answer. */
export const proofProblems: ProblemCode[] = ['bad-proof', 'proof-stale', 'proof-replayed', 'device-over'];
export const security = [{ dpop: [] }];

/** What a DPoP proof is held against. */
export interface AppRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

export async function possession(dependencies: AppDependencies, request: AppRequest) {
  const { dpop } = request.headers;
  const [path = ''] = request.url.split('?', 1);
  const proof = typeof dpop === 'string' ? dpop : undefined;
  const proved = await provePossession(dependencies, { proof, method: request.method, path });
  if (proved.kind === 'proved') return proved;
  const members = proved.reason === 'proof-stale' ? { now: dependencies.world.now() } : {};
  throw refusal(proved.reason, members);
}

/** A key whose registration has ended asks for its end and for nothing else. */
export async function unendedPossession(dependencies: AppDependencies, request: AppRequest) {
  const proved = await possession(dependencies, request);
  if (await isEnded(dependencies.database, proved.thumbprint)) throw refusal('device-over');
  return proved;
}
