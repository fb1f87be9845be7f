import { parseCode } from '@motp/otp';
import {
  BeginRegistrationRequest,
  ConsentsReply,
  DeviceReply,
  LmsId,
  Locale,
  PendingRegistration,
  type ProblemCode,
  ProveRegistrationRequest,
  RegisteredDevice,
  TimeReply,
} from '@motp/protocol';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { documented, noStore } from '../http/documented.ts';
import { ProblemResponse } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { methodsOf } from '../identity/rules.ts';
import { beginRegistration, type Limited, type RegistrationDependencies } from './begin-registration.ts';
import { consentsIn } from './consents.ts';
import { deliverSeed } from './deliver-seed.ts';
import { type Ending, resetDevice, withdrawConsent } from './end-device.ts';
import { type ProofDependencies, provePossession } from './proof-of-possession.ts';
import { proveRegistration } from './prove-registration.ts';
import { resendMessage } from './resend-message.ts';
import { isEnded, viewDevice } from './view-device.ts';

export interface AppDependencies extends RegistrationDependencies, ProofDependencies {
  /** Sends what was queued without waiting for the next round. */
  messagesWaiting(): void;
  demo: ConsentsReply['demo'] | undefined;
}

const proofProblems: ProblemCode[] = ['bad-proof', 'proof-stale', 'proof-replayed', 'device-over'];
const RegistrationParams = Type.Object({ id: LmsId });
const security = [{ dpop: [] }];

/** PROTOCOL §4: what the app asks. */
export function appRoutes(server: Server, dependencies: AppDependencies): void {
  openRoutes(server, dependencies);
  beginRoute(server, dependencies);
  resendRoute(server, dependencies);
  proofRoute(server, dependencies);
  deviceRoutes(server, dependencies);
}

function openRoutes(server: Server, { world, demo, providers }: AppDependencies): void {
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
        proof: 'sms' as const,
        identity: methodsOf(providers),
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
        problems: [...proofProblems, 'consent-required', 'phone-not-mobile', 'message-limit'],
      }),
    },
    async (request, reply) => {
      const key = await unendedPossession(dependencies, request);
      const beginning = await beginRegistration(dependencies, { ...key, address: request.ip }, request.body);
      if (beginning.kind === 'begun') {
        dependencies.messagesWaiting();
        return noStore(reply).code(202).send(beginning.pending);
      }
      if (beginning.kind === 'malformed') {
        throw new ProblemResponse('malformed', '입력한 내용을 확인해 주세요.', { errors: beginning.errors });
      }
      throw beginning.kind === 'limited' ? limitedProblem(beginning) : refusal(beginning.reason);
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
        problems: [...proofProblems, 'registration-unknown', 'registration-over', 'message-limit'],
      }),
    },
    async (request, reply) => {
      const { thumbprint } = await unendedPossession(dependencies, request);
      const resending = await resendMessage(dependencies, thumbprint, request.params.id);
      if (resending.kind === 'limited') throw limitedProblem(resending);
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
      schema: documented('Prove the number', ['App'], {
        params: RegistrationParams,
        body: ProveRegistrationRequest,
        response: { 200: RegisteredDevice },
        security,
        problems: [
          ...proofProblems,
          'not-a-code',
          'wrong-proof',
          'identity-required',
          'registration-over',
          'proof-closed',
        ],
      }),
    },
    async (request, reply) => {
      const { thumbprint } = await unendedPossession(dependencies, request);
      const code = parseCode(request.body.code ?? '');
      if (!code) throw refusal('not-a-code');
      const proving = await proveRegistration(dependencies, thumbprint, request.params.id, code);
      if (proving.kind === 'limited') throw limitedProblem(proving);
      if (proving.kind === 'refused') throw refusal(proving.reason);
      if (proving.kind === 'wrong') throw refusal('wrong-proof', { triesLeft: proving.triesLeft });
      return noStore(reply).send(await deliverSeed(dependencies.keyring, proving, dependencies.world.now()));
    },
  );
}

function deviceRoutes(server: Server, dependencies: AppDependencies): void {
  server.get(
    '/app-api/device',
    {
      schema: documented('What this key registered', ['App'], {
        response: { 200: DeviceReply },
        security,
        problems: [...proofProblems, 'device-unknown'],
      }),
    },
    async (request, reply) => {
      const { thumbprint } = await possession(dependencies, request);
      const view = await viewDevice(dependencies, thumbprint);
      if (!view) throw refusal('device-unknown');
      return noStore(reply).send(view);
    },
  );
  const endings = [
    ['/app-api/device', 'Reset: end this registration', resetDevice],
    ['/app-api/learner', 'Withdraw consent: registration and personal data go', withdrawConsent],
  ] as const;
  for (const [url, summary, end] of endings) {
    server.delete(
      url,
      {
        schema: documented(summary, ['App'], {
          response: { 204: Type.Null() },
          security,
          problems: [...proofProblems, 'device-unknown'],
        }),
      },
      async (request, reply) => {
        const { thumbprint } = await possession(dependencies, request);
        const ending: Ending = await end(dependencies, thumbprint);
        if (ending.kind === 'refused') throw refusal(ending.reason);
        return noStore(reply).code(204).send(null);
      },
    );
  }
}

async function possession(dependencies: AppDependencies, request: FastifyRequest) {
  const { dpop } = request.headers;
  const [path = ''] = request.url.split('?', 1);
  const proof = typeof dpop === 'string' ? dpop : undefined;
  const proved = await provePossession(dependencies, { proof, method: request.method, path });
  if (proved.kind === 'proved') return proved;
  const members = proved.reason === 'proof-stale' ? { now: dependencies.world.now() } : {};
  throw refusal(proved.reason, members);
}

/** A key whose registration has ended asks for its end and for nothing else. */
async function unendedPossession(dependencies: AppDependencies, request: FastifyRequest) {
  const proved = await possession(dependencies, request);
  if (await isEnded(dependencies.database, proved.thumbprint)) throw refusal('device-over');
  return proved;
}

const limitedProblem = ({ reason, retryAfterMs }: Limited) =>
  refusal(reason, { retryAfter: retryAfterMs / 1000 });

const details: Partial<Record<ProblemCode, string>> = {
  'bad-proof': '앱이 보낸 서명이 올바르지 않습니다. 앱을 새로 열어 주세요.',
  'proof-stale': '앱의 시각이 서버와 다릅니다. 다시 시도합니다.',
  'proof-replayed': '이미 쓴 서명입니다. 다시 시도해 주세요.',
  'device-unknown': '이 앱은 등록된 적이 없습니다. 앱에서 등록해 주세요.',
  'device-over': '이 앱의 등록은 끝났습니다. 다시 등록해 주세요.',
  'registration-unknown': '이 앱이 시작한 등록이 아닙니다. 처음부터 다시 등록해 주세요.',
  'registration-over': '이 등록은 끝났습니다. 처음부터 다시 등록해 주세요.',
  'consent-required': '필수 동의가 빠졌습니다. 동의하지 않으면 등록할 수 없습니다.',
  'phone-not-mobile': '한국 휴대폰 번호만 등록할 수 있습니다.',
  'not-a-code': '인증번호는 숫자 6자리입니다.',
  'wrong-proof': '문자로 받은 인증번호와 다릅니다. 다시 확인해 주세요.',
  'identity-required':
    '이 번호는 다른 이름으로 등록되어 있습니다. 이름을 확인하시고, 이름이 맞으면 훈련기관에 문의해 주세요.',
  'message-limit': '이 번호로 보낸 문자가 많습니다. 잠시 뒤 다시 시도해 주세요.',
  'registration-limit': '이 인터넷 주소에서 끝내지 않은 등록이 많습니다. 잠시 뒤 다시 시도해 주세요.',
  'proof-closed':
    '틀린 인증번호가 많아 오늘은 이 번호를 문자로 확인할 수 없습니다. 내일 다시 하시거나 훈련기관에 문의해 주세요.',
};

const refusal = (code: ProblemCode, members = {}) => new ProblemResponse(code, details[code] ?? '', members);
