import { parseCode } from '@motp/otp';
import {
  BeginRegistrationRequest,
  ConsentsReply,
  LmsId,
  Locale,
  PendingRegistration,
  ProveRegistrationRequest,
  RegisteredDevice,
  TimeReply,
} from '@motp/protocol';
import { Type } from 'typebox';
import { clientNetwork } from '../http/client-address.ts';
import { documented, noStore } from '../http/documented.ts';
import { ProblemResponse } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { identityRequired, limitedProblem, refusal } from './app-problems.ts';
import { type AppDependencies, proofProblems, security, unendedPossession } from './app-requests.ts';
import { beginRegistration } from './begin-registration.ts';
import { consentsIn } from './consents.ts';
import { deliverSeed } from './deliver-seed.ts';
import { type Proving, proveByIdentity, proveRegistration } from './prove-registration.ts';
import { resendMessage } from './resend-message.ts';
import { provingMethods } from './rules.ts';

const RegistrationParams = Type.Object({ id: LmsId });

/** PROTOCOL §4: what the app asks. */
export function appRoutes(server: Server, dependencies: AppDependencies): void {
  openRoutes(server, dependencies);
  beginRoute(server, dependencies);
  resendRoute(server, dependencies);
  proofRoute(server, dependencies);
}

function openRoutes(server: Server, { world, demo, providers, registrationProof }: AppDependencies): void {
  server.get(
    '/app-api/time',
    { schema: documented('The server’s clock', ['App'], { response: { 200: TimeReply }, problems: [] }) },
    async (_request, reply) => noStore(reply).send({ now: world.now() }),
  );
  server.get(
    '/app-api/consents',
    {
      schema: documented('What a learner is asked to accept', ['App'], {
        querystring: Type.Object({ locale: Type.Optional(Locale) }),
        response: { 200: ConsentsReply },
        problems: [],
      }),
    },
    async (request, reply) =>
      noStore(reply).send({
        consents: [...consentsIn(request.query.locale)],
        proof: registrationProof,
        identity: provingMethods(providers),
        ...(demo ? { demo } : {}),
      }),
  );
}

function beginRoute(server: Server, dependencies: AppDependencies): void {
  server.post(
    '/app-api/registrations',
    {
      schema: documented('Begin a registration', ['App'], {
        body: BeginRegistrationRequest,
        response: { 202: PendingRegistration },
        security,
        problems: [
          ...proofProblems,
          'consent-required',
          'phone-not-mobile',
          'identity-unavailable',
          'message-limit',
          'registration-limit',
          'proof-closed',
        ],
      }),
    },
    async (request, reply) => {
      const key = await unendedPossession(dependencies, request);
      const beginner = { ...key, address: clientNetwork(request.ip) };
      const beginning = await beginRegistration(dependencies, beginner, request.body);
      if (beginning.kind === 'begun') {
        dependencies.messagesWaiting();
        return noStore(reply).code(202).send(beginning.pending);
      }
      if (beginning.kind === 'malformed') {
        throw new ProblemResponse('malformed', '입력한 내용을 확인해 주세요.', { errors: beginning.errors });
      }
      throw beginning.kind === 'limited'
        ? limitedProblem(beginning, provingMethods(dependencies.providers))
        : refusal(beginning.reason);
    },
  );
}

function resendRoute(server: Server, dependencies: AppDependencies): void {
  server.post(
    '/app-api/registrations/:id/resend',
    {
      schema: documented('Send a new code', ['App'], {
        params: RegistrationParams,
        response: { 202: PendingRegistration },
        security,
        problems: [
          ...proofProblems,
          'registration-unknown',
          'registration-over',
          'message-limit',
          'proof-closed',
        ],
      }),
    },
    async (request, reply) => {
      const { thumbprint } = await unendedPossession(dependencies, request);
      const resending = await resendMessage(dependencies, thumbprint, request.params.id);
      if (resending.kind === 'limited') {
        throw limitedProblem(resending, provingMethods(dependencies.providers));
      }
      if (resending.kind === 'refused') throw refusal(resending.reason);
      dependencies.messagesWaiting();
      return noStore(reply).code(202).send(resending.pending);
    },
  );
}

function proofRoute(server: Server, dependencies: AppDependencies): void {
  server.post(
    '/app-api/registrations/:id/proof',
    {
      schema: documented('Prove the number, by its code or by an identity check', ['App'], {
        params: RegistrationParams,
        body: ProveRegistrationRequest,
        response: { 200: RegisteredDevice },
        security,
        problems: [
          ...proofProblems,
          'not-a-code',
          'wrong-proof',
          'identity-required',
          'registration-unknown',
          'registration-over',
          'proof-closed',
        ],
      }),
    },
    async (request, reply) => {
      const { thumbprint } = await unendedPossession(dependencies, request);
      const proving = await provingOf(dependencies, thumbprint, request.params.id, request.body);
      if (proving.kind !== 'proved') throw unproved(dependencies, proving);
      return noStore(reply).send(await deliverSeed(dependencies.keyring, proving, dependencies.world.now()));
    },
  );
}

/** One proof, a code or an identity check: both or neither would leave open what was meant. */
async function provingOf(
  dependencies: AppDependencies,
  thumbprint: string,
  id: string,
  { code, attempt }: ProveRegistrationRequest,
): Promise<Proving> {
  if ((code === undefined) === (attempt === undefined)) {
    const message = code === undefined ? 'or attempt is missing' : 'and attempt exclude each other';
    throw new ProblemResponse('malformed', '인증번호나 본인인증 가운데 하나로 확인해 주세요.', {
      errors: [{ path: '/code', message }],
    });
  }
  if (attempt !== undefined) return proveByIdentity(dependencies, thumbprint, id, attempt);
  const parsed = parseCode(code ?? '');
  if (!parsed) throw refusal('not-a-code');
  return proveRegistration(dependencies, thumbprint, id, parsed);
}

function unproved({ providers }: AppDependencies, proving: Exclude<Proving, { kind: 'proved' }>) {
  const others = provingMethods(providers);
  if (proving.kind === 'limited') return limitedProblem(proving, others);
  if (proving.kind === 'wrong') return refusal('wrong-proof', { triesLeft: proving.triesLeft });
  if (proving.reason === 'identity-required') return identityRequired(others);
  return proving.reason === 'identity-not-passed'
    ? new ProblemResponse(
        'identity-required',
        '본인인증이 끝나지 않았습니다. 본인인증을 마치고 다시 시도해 주세요.',
      )
    : refusal(proving.reason);
}
