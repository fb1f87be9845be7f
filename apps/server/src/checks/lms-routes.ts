import {
  Blocked,
  CheckList,
  CheckListQuery,
  CheckReply,
  Closed,
  ExemptedCheck,
  IdempotencyHeaders,
  LmsId,
  NotRequired,
  OpenCheckRequest,
  OpenedCheck,
  type ProblemCode,
} from '@motp/protocol';
import { Type } from 'typebox';
import { type Authenticated, callerOf } from '../http/api-key.ts';
import { documented, noStore } from '../http/documented.ts';
import type { Limits } from '../http/limits.ts';
import { ProblemResponse } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { listChecks } from './list-checks.ts';
import { type Opening, type OpeningDependencies, type OpeningReply, openCheck } from './open-check.ts';
import { type ViewDependencies, viewById } from './view-check.ts';

export type LmsDependencies = OpeningDependencies &
  ViewDependencies & {
    guard: Limits;
    authenticated: Authenticated;
    /** Is told what each request for a check came to, for the metrics. */
    decided?(decision: Decision): void;
  };

export type Decision = 'opened' | 'open-already' | 'exempted' | 'not-required' | 'blocked';

/** PROTOCOL §2: what an LMS’s server asks, with its API key. */
export function lmsRoutes(server: Server, dependencies: LmsDependencies): void {
  openRoute(server, dependencies);
  viewRoute(server, dependencies);
  listRoute(server, dependencies);
}

function openRoute(server: Server, dependencies: LmsDependencies): void {
  server.post(
    '/v1/checks',
    {
      schema: documented('Open a check', ['LMS'], {
        headers: IdempotencyHeaders,
        body: OpenCheckRequest,
        response: {
          200: Type.Union([OpenedCheck, NotRequired, Blocked]),
          201: Type.Union([OpenedCheck, ExemptedCheck]),
        },
        security: [{ apiKey: [] }],
        problems: [
          'malformed',
          'unauthorized',
          'origin-not-registered',
          'idempotency-mismatch',
          'idempotency-running',
          'institution-limit',
          'too-many-failures',
        ],
      }),
      onRequest: dependencies.authenticated,
    },
    async (request, reply) => {
      const { institution } = callerOf(request);
      dependencies.guard.admitOpening(institution.id);
      const key = request.headers['idempotency-key'];
      const opening = await openCheck(dependencies, institution, request.body, key);
      const { status, body } = answered(opening);
      dependencies.decided?.(decisionOf(status, body));
      return noStore(reply).code(status).send(body);
    },
  );
}

function viewRoute(server: Server, dependencies: LmsDependencies): void {
  server.get(
    '/v1/checks/:id',
    {
      schema: documented('The state of a check', ['LMS'], {
        params: Closed({ id: LmsId }),
        response: { 200: CheckReply },
        security: [{ apiKey: [] }],
        problems: ['unauthorized', 'check-unknown', 'too-many-failures'],
      }),
      onRequest: dependencies.authenticated,
    },
    async (request, reply) => {
      const { institution } = callerOf(request);
      const view = await viewById(dependencies, institution, request.params.id);
      if (!view) throw new ProblemResponse('check-unknown', '이 기관에는 그런 본인인증이 없습니다.');
      return noStore(reply).send(view);
    },
  );
}

function listRoute(server: Server, dependencies: LmsDependencies): void {
  server.get(
    '/v1/learners/:learnerId/checks',
    {
      schema: documented('A learner’s checks, newest first', ['LMS'], {
        params: Closed({ learnerId: LmsId }),
        querystring: CheckListQuery,
        response: { 200: CheckList },
        security: [{ apiKey: [] }],
        problems: ['unauthorized', 'too-many-failures'],
      }),
      onRequest: dependencies.authenticated,
    },
    async (request, reply) => {
      const { institution } = callerOf(request);
      const { limit, ...asked } = request.query;
      const listed = await listChecks(dependencies, institution.id, {
        ...{ ...asked, learner: request.params.learnerId },
        limit: limit === undefined ? undefined : Number(limit),
      });
      if (listed.kind === 'listed') return noStore(reply).send(listed.list);
      throw new ProblemResponse('malformed', 'cursor는 앞 응답의 next를 그대로 보내야 합니다.', {
        errors: [{ path: '/cursor (querystring)', message: 'is not a cursor of this list' }],
      });
    },
  );
}

const refusals: Partial<Record<ProblemCode, string>> = {
  'origin-not-registered': 'returnUrl은 기관에 등록된 주소(https)여야 합니다.',
  'idempotency-mismatch': '같은 Idempotency-Key로 다른 내용이 왔습니다. 새 키를 써 주세요.',
  'idempotency-running': '같은 Idempotency-Key의 요청을 처리하고 있습니다. 잠시 뒤 다시 보내 주세요.',
};

function decisionOf(status: 200 | 201, body: OpeningReply): Decision {
  if (body.status === 'passed') return 'exempted';
  if (body.status !== 'open') return body.status;
  return status === 201 ? 'opened' : 'open-already';
}

function answered(opening: Opening): Extract<Opening, { kind: 'answered' }> {
  if (opening.kind === 'answered') return opening;
  if (opening.kind === 'malformed') {
    throw new ProblemResponse('malformed', '요청의 형식이 문서와 다릅니다.', { errors: opening.errors });
  }
  throw new ProblemResponse(opening.reason, refusals[opening.reason] ?? '');
}
