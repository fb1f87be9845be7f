import {
  CheckReply,
  Closed,
  IdempotencyHeaders,
  LmsId,
  OpenCheckRequest,
  OpenedCheck,
  type ProblemCode,
} from '@motp/protocol';
import { documented, noStore } from '../http/documented.ts';
import { type Authenticated, authenticated, institutionOf } from '../http/institution.ts';
import type { Limits } from '../http/limits.ts';
import { ProblemResponse } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { type Opening, type OpeningDependencies, openCheck } from './open-check.ts';
import { type ViewDependencies, viewById } from './view-check.ts';

export type LmsDependencies = OpeningDependencies & ViewDependencies & { guard: Limits };

/** PROTOCOL §2: what an LMS’s server asks, with its API key, which is looked at before anything else. */
export function lmsRoutes(server: Server, dependencies: LmsDependencies): void {
  const onRequest = authenticated(dependencies);
  openRoute(server, dependencies, onRequest);
  viewRoute(server, dependencies, onRequest);
}

function openRoute(server: Server, dependencies: LmsDependencies, onRequest: Authenticated): void {
  server.post(
    '/v1/checks',
    {
      schema: documented('Open a check', ['LMS'], {
        headers: IdempotencyHeaders,
        body: OpenCheckRequest,
        response: { 200: OpenedCheck, 201: OpenedCheck },
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
      onRequest,
    },
    async (request, reply) => {
      const institution = institutionOf(request);
      dependencies.guard.admitOpening(institution.id);
      const key = request.headers['idempotency-key'];
      const opening = await openCheck(dependencies, institution, request.body, key);
      const { status, body } = answered(opening);
      return noStore(reply).code(status).send(body);
    },
  );
}

function viewRoute(server: Server, dependencies: LmsDependencies, onRequest: Authenticated): void {
  server.get(
    '/v1/checks/:id',
    {
      schema: documented('The state of a check', ['LMS'], {
        params: Closed({ id: LmsId }),
        response: { 200: CheckReply },
        security: [{ apiKey: [] }],
        problems: ['unauthorized', 'check-unknown', 'too-many-failures'],
      }),
      onRequest,
    },
    async (request, reply) => {
      const institution = institutionOf(request);
      const view = await viewById(dependencies, institution, request.params.id);
      if (!view) throw new ProblemResponse('check-unknown', '이 기관에는 그런 본인인증이 없습니다.');
      return noStore(reply).send(view);
    },
  );
}

const refusals: Partial<Record<ProblemCode, string>> = {
  'origin-not-registered': 'returnUrl은 기관에 등록된 주소(https)여야 합니다.',
  'idempotency-mismatch': '같은 Idempotency-Key로 다른 내용이 왔습니다. 새 키를 써 주세요.',
  'idempotency-running': '같은 Idempotency-Key의 요청을 처리하고 있습니다. 잠시 뒤 다시 보내 주세요.',
};

function answered(opening: Opening): Extract<Opening, { kind: 'answered' }> {
  if (opening.kind === 'answered') return opening;
  if (opening.kind === 'malformed') {
    throw new ProblemResponse('malformed', '요청의 형식이 문서와 다릅니다.', { errors: opening.errors });
  }
  throw new ProblemResponse(opening.reason, refusals[opening.reason] ?? '');
}
