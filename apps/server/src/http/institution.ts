import type { FastifyRequest } from 'fastify';
import type { Database } from '../db/open.ts';
import { authenticate, type Institution } from '../institutions/api-keys.ts';
import type { World } from '../world.ts';
import type { Limits } from './limits.ts';
import { ProblemResponse } from './problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose API key the request carries; only set on the routes of the LMS API. */
    institution: Institution | null;
  }
}

/** PROTOCOL §2: the API key of an LMS’s server is looked at before anything else; a hook for `onRequest`. */
export const authenticated =
  ({ database, world, guard }: { database: Database; world: World; guard: Limits }) =>
  async (request: FastifyRequest): Promise<void> => {
    const institution = await authenticate(database, world, request.headers.authorization);
    if (!institution) throw guard.refuse(request.ip, unauthorized());
    request.institution = institution;
  };

export type Authenticated = ReturnType<typeof authenticated>;

export function institutionOf({ institution }: FastifyRequest): Institution {
  if (!institution) throw unauthorized();
  return institution;
}

const unauthorized = () => new ProblemResponse('unauthorized', 'API 키가 없거나 올바르지 않습니다.');
