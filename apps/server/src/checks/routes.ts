import { parseCode } from '@motp/otp';
import {
  AnswerRequest,
  BeginIdentityRequest,
  CheckState,
  CheckStateOver,
  IdentityAttempt,
  PassedAnswer,
  RefusedAnswer,
} from '@motp/protocol';
import { Type } from 'typebox';
import { documented, noStore } from '../http/documented.ts';
import type { Limits } from '../http/limits.ts';
import { ProblemResponse } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import type { IdentityDependencies } from '../identity/begin-attempt.ts';
import { type AnswerCode, answerCode } from './answer-code.ts';
import { beginIdentity } from './begin-identity.ts';
import { tokenHash } from './open-check.ts';
import { type ViewDependencies, viewByToken } from './view-check.ts';

export interface CheckPageDependencies extends ViewDependencies, AnswerCode, IdentityDependencies {
  /** Is told the outcome of every answer, for the metrics; 'none' is the reason of a right one. */
  answered?(outcome: 'passed' | 'refused' | 'not-judged', reason: string): void;
  guard: Limits;
}

const Token = Type.Object({ token: Type.String() });

/** PROTOCOL §3: what the check page asks; the token in the URL is the only credential. */
export function checkRoutes(server: Server, dependencies: CheckPageDependencies): void {
  server.get(
    '/check/:token/state',
    {
      schema: documented('What the check page shows', ['Check page'], {
        params: Token,
        response: { 200: Type.Union([CheckState, CheckStateOver]) },
        problems: ['check-unknown', 'too-many-failures'],
      }),
    },
    async (request, reply) => {
      const view = await viewByToken(dependencies, tokenHash(request.params.token));
      if (!view) throw dependencies.guard.refuse(request.ip, problem('check-unknown'));
      return noStore(reply).send(view);
    },
  );

  answerRoute(server, dependencies);
  identityRoute(server, dependencies);
}

function answerRoute(server: Server, dependencies: CheckPageDependencies): void {
  const { guard, answered } = dependencies;
  server.post(
    '/check/:token/code',
    {
      schema: documented('Answer with a code', ['Check page'], {
        params: Token,
        body: AnswerRequest,
        response: { 200: Type.Union([PassedAnswer, RefusedAnswer]) },
        problems: ['not-a-code', 'check-unknown', 'check-over', 'too-many-failures', 'unavailable'],
      }),
    },
    async (request, reply) => {
      const hash = tokenHash(request.params.token);
      const answerer = { check: hash, address: request.ip };
      guard.admitAnswer(answerer);
      const typed = { hash, code: parseCode(request.body.code) };
      const answer = await answerCode(dependencies, typed, request.arrivedAt).catch((error: unknown) => {
        answered?.('not-judged', 'fault');
        throw error;
      });
      if (typeof answer === 'string') answered?.('not-judged', answer);
      if (answer === 'check-unknown') throw guard.refuse(request.ip, problem(answer));
      if (answer === 'not-a-code') guard.answerFailed(answerer, answer);
      if (typeof answer === 'string') throw problem(answer);
      if (answer.outcome === 'refused') guard.answerFailed(answerer, 'refused');
      answered?.(answer.outcome, answer.outcome === 'passed' ? 'none' : answer.reason);
      return noStore(reply).send(answer);
    },
  );
}

function identityRoute(server: Server, dependencies: CheckPageDependencies): void {
  server.post(
    '/check/:token/identity',
    {
      schema: documented('Start an identity check', ['Check page'], {
        params: Token,
        body: BeginIdentityRequest,
        response: { 200: IdentityAttempt },
        problems: [
          'check-unknown',
          'check-over',
          'identity-unavailable',
          'identity-limit',
          'too-many-failures',
          'provider-unavailable',
        ],
      }),
    },
    async (request, reply) => {
      const hash = tokenHash(request.params.token);
      dependencies.guard.admitIdentity(hash);
      const beginning = await beginIdentity(dependencies, hash, request.body.method);
      if (beginning.kind === 'begun') return noStore(reply).send(beginning.attempt);
      if (beginning.kind === 'limited') throw identityLimit(beginning.retryAfterMs);
      const refused = problem(beginning.reason);
      throw beginning.reason === 'check-unknown' ? dependencies.guard.refuse(request.ip, refused) : refused;
    },
  );
}

const identityLimit = (retryAfterMs: number) =>
  new ProblemResponse('identity-limit', details['identity-limit'], { retryAfter: retryAfterMs / 1000 });

const retrySeconds: Partial<Record<keyof typeof details, number>> = {
  'provider-unavailable': 5,
  unavailable: 1,
};

function problem(code: keyof typeof details): ProblemResponse {
  const retryAfter = retrySeconds[code];
  return new ProblemResponse(code, details[code], retryAfter === undefined ? {} : { retryAfter });
}

const details = {
  'check-unknown': '이 인증 주소를 찾을 수 없습니다. 학습 화면에서 다시 시작해 주세요.',
  'check-over': '이 인증은 끝났습니다. 학습 화면에서 다시 시작해 주세요.',
  'not-a-code': '인증번호는 숫자 6자리입니다. 앱에 보이는 번호를 그대로 입력해 주세요.',
  'identity-unavailable': '이 인증에서는 쓸 수 없는 방법입니다. 다른 방법을 이용해 주세요.',
  'identity-limit': '본인확인을 여러 번 시작했습니다. 앱의 인증번호를 이용하거나 훈련기관에 문의해 주세요.',
  'provider-unavailable':
    '본인확인 기관이 응답하지 않습니다. 잠시 뒤 다시 시도하거나 다른 방법을 이용해 주세요.',
  unavailable: '처리 결과를 알 수 없습니다. 화면을 새로 고쳐 상태를 확인해 주세요.',
};
