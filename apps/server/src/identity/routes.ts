import { CompleteIdentityRequest, IdentityOutcome, type ProblemCode } from '@motp/protocol';
import { Type } from 'typebox';
import { documented, noStore } from '../http/documented.ts';
import type { Limits } from '../http/limits.ts';
import { ProblemResponse } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { type CompletingDependencies, completeAttempt } from './complete-attempt.ts';

const retrySeconds: Partial<Record<ProblemCode, number>> = {
  'attempt-running': 2,
  'provider-unavailable': 5,
};

export interface IdentityRouteDependencies extends CompletingDependencies {
  guard: Limits;
}

/** PROTOCOL §3: the browser came back from the provider, and the page that started it holds the secret. */
export function identityRoutes(server: Server, dependencies: IdentityRouteDependencies): void {
  server.post(
    '/identity/return/:attempt',
    {
      schema: documented('Complete an identity check', ['Check page'], {
        params: Type.Object({ attempt: Type.String({ maxLength: 128 }) }),
        body: CompleteIdentityRequest,
        response: { 200: IdentityOutcome },
        problems: ['attempt-unknown', 'attempt-running', 'too-many-failures', 'provider-unavailable'],
      }),
    },
    async (request, reply) => {
      const returned = { attempt: request.params.attempt, ...request.body };
      const completion = await completeAttempt(dependencies, returned);
      if (completion.kind === 'done') return noStore(reply).send(completion.outcome);
      const retryAfter = retrySeconds[completion.reason];
      const members = retryAfter === undefined ? {} : { retryAfter };
      const refused = new ProblemResponse(completion.reason, details[completion.reason], members);
      const isUnknown = completion.reason === 'attempt-unknown';
      throw isUnknown ? dependencies.guard.refuse(request.ip, refused) : refused;
    },
  );
}

const details = {
  'attempt-unknown': '이 화면에서 시작한 본인확인이 아닙니다. 인증 화면에서 다시 시작해 주세요.',
  'attempt-running': '본인확인 결과를 가져오는 중입니다. 잠시만 기다려 주세요.',
  'provider-unavailable':
    '본인확인 기관이 응답하지 않습니다. 잠시 뒤 다시 시도하거나 다른 방법을 이용해 주세요.',
};
