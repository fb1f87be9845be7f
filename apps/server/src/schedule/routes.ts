import {
  Closed,
  LmsId,
  Policy,
  PolicyReply,
  type PreviewReply as Preview,
  PreviewReply,
  PreviewRequest,
  type ProblemCode,
  type ProblemError,
} from '@motp/protocol';
import { type Authenticated, callerOf } from '../http/api-key.ts';
import { documented, noStore } from '../http/documented.ts';
import { ProblemResponse } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { type PolicyDependencies, type PolicyPlace, removePolicy, setPolicy } from './change-policy.ts';
import { policyFaults, policyReply } from './policy.ts';
import { preview } from './preview.ts';
import { readPolicy } from './read-policy.ts';

export type ScheduleDependencies = PolicyDependencies & { authenticated: Authenticated };

const security = [{ apiKey: [] }];
const problems: ProblemCode[] = ['unauthorized', 'too-many-failures'];
const ofCourse = Closed({ courseId: LmsId });

/** PROTOCOL §2: when a check is due, as data (S-4). */
export function scheduleRoutes(server: Server, dependencies: ScheduleDependencies): void {
  institutionRoutes(server, dependencies);
  courseRoutes(server, dependencies);
  previewRoute(server, dependencies);
}

function institutionRoutes(server: Server, dependencies: ScheduleDependencies): void {
  const { database, authenticated: onRequest } = dependencies;
  const response = { 200: PolicyReply };
  server.get(
    '/v1/policy',
    { schema: documented('The institution’s policy', ['LMS'], { response, security, problems }), onRequest },
    async (request, reply) => {
      const applied = await readPolicy(database, callerOf(request).institution.id, '');
      return noStore(reply).send(policyReply(applied));
    },
  );
  server.put(
    '/v1/policy',
    {
      schema: documented('Set the institution’s policy', ['LMS'], {
        ...{ body: Policy, response, security, problems },
      }),
      onRequest,
    },
    async (request, reply) =>
      noStore(reply).send(await changed(dependencies, placeOf(callerOf(request), ''), request.body)),
  );
}

function courseRoutes(server: Server, dependencies: ScheduleDependencies): void {
  const { database, authenticated: onRequest } = dependencies;
  const path = '/v1/courses/:courseId/policy';
  const parts = { params: ofCourse, response: { 200: PolicyReply }, security, problems };
  server.get(
    path,
    { schema: documented('The policy that applies to a course', ['LMS'], parts), onRequest },
    async (request, reply) => {
      const { institution } = callerOf(request);
      return noStore(reply).send(
        policyReply(await readPolicy(database, institution.id, request.params.courseId)),
      );
    },
  );
  server.put(
    path,
    { schema: documented('Set a course’s own policy', ['LMS'], { ...parts, body: Policy }), onRequest },
    async (request, reply) => {
      const place = placeOf(callerOf(request), request.params.courseId);
      return noStore(reply).send(await changed(dependencies, place, request.body));
    },
  );
  server.delete(
    path,
    {
      schema: documented('Remove a course’s own policy', ['LMS'], {
        ...{ params: ofCourse, response: {}, security, problems },
      }),
      onRequest,
    },
    async (request, reply) => {
      await removePolicy(dependencies, placeOf(callerOf(request), request.params.courseId));
      return noStore(reply).code(204).send();
    },
  );
}

function previewRoute(server: Server, { database, authenticated: onRequest }: ScheduleDependencies): void {
  server.post(
    '/v1/policy/preview',
    {
      schema: documented('What a learner will be asked', ['LMS'], {
        ...{ body: PreviewRequest, response: { 200: PreviewReply }, security, problems },
      }),
      onRequest,
    },
    async (request, reply) => {
      const { institution } = callerOf(request);
      const { policy, courseId = '', ...course } = request.body;
      if (policy) demandNone(policyFaults(policy, '/policy'));
      const applied = policy ?? (await readPolicy(database, institution.id, courseId)).policy;
      const previewed: Preview = { days: preview(applied, course) };
      return noStore(reply).send(previewed);
    },
  );
}

const placeOf = ({ institution, keyId }: ReturnType<typeof callerOf>, course: string): PolicyPlace => ({
  institution: institution.id,
  course,
  key: keyId,
});

async function changed(
  dependencies: ScheduleDependencies,
  place: PolicyPlace,
  policy: Policy,
): Promise<PolicyReply> {
  const change = await setPolicy(dependencies, place, policy);
  if (change.kind === 'changed') return policyReply(change.applied);
  throw malformed(change.errors);
}

function demandNone(errors: ProblemError[]): void {
  if (errors.length > 0) throw malformed(errors);
}

const malformed = (errors: ProblemError[]) =>
  new ProblemResponse('malformed', '정책의 형식이 문서와 다릅니다. errors에 적힌 자리를 고쳐 주세요.', {
    errors,
  });
