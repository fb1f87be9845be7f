import type { FastifyRequest } from 'fastify';
import type { Database } from '../db/open.ts';
import { authenticate, type Caller } from '../institutions/api-keys.ts';
import type { World } from '../world.ts';
import type { Limits } from './limits.ts';
import { ProblemResponse } from './problem.ts';
import type { Server } from './server.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose API key the request carries; only set on the routes of the LMS API. */
    caller: Caller | null;
  }
}

/** A hook of the routes of the LMS API: the key is looked at before anything else. @throws ProblemResponse 401, 429 */
export type Authenticated = (request: FastifyRequest) => Promise<void>;

export function authenticated(
  server: Server,
  { database, world, guard }: { database: Database; world: World; guard: Limits },
): Authenticated {
  server.decorateRequest('caller', null);
  return async (request) => {
    const caller = await authenticate(database, world, request.headers.authorization);
    if (!caller) throw guard.refuse(request.ip, unauthorized());
    request.caller = caller;
  };
}

const unauthorized = () => new ProblemResponse('unauthorized', 'API 키가 없거나 올바르지 않습니다.');

export function callerOf({ caller }: FastifyRequest): Caller {
  if (!caller) throw unauthorized();
  return caller;
}
