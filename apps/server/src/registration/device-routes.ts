import { parseCode } from '@motp/otp';
import {
  ChangePhoneRequest,
  DeviceIdentityRequest,
  DeviceReply,
  DisputeRequest,
  IdentityAttempt,
  PendingRegistration,
  ProvePhoneRequest,
} from '@motp/protocol';
import { Type } from 'typebox';
import { clientNetwork } from '../http/client-address.ts';
import { documented, noStore } from '../http/documented.ts';
import { ProblemResponse } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { limitedProblem, refusal } from './app-problems.ts';
import { type AppDependencies, possession, proofProblems, security } from './app-requests.ts';
import { beginDeviceIdentity } from './begin-device-identity.ts';
import { changeNumber } from './change-number.ts';
import { dispute } from './dispute.ts';
import { type Ending, resetDevice, withdrawConsent } from './end-device.ts';
import { proveNumber } from './prove-number.ts';
import { viewDevice } from './view-device.ts';

/** PROTOCOL §4: what the app asks about its own registration. */
export function deviceRoutes(server: Server, dependencies: AppDependencies): void {
  viewRoute(server, dependencies);
  endRoutes(server, dependencies);
  disputeRoute(server, dependencies);
  changeNumberRoute(server, dependencies);
  proveNumberRoute(server, dependencies);
  identityRoute(server, dependencies);
}

function viewRoute(server: Server, dependencies: AppDependencies): void {
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
}

function endRoutes(server: Server, dependencies: AppDependencies): void {
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

function disputeRoute(server: Server, dependencies: AppDependencies): void {
  server.post(
    '/app-api/device/dispute',
    {
      schema: documented('“This was not me”', ['App'], {
        body: DisputeRequest,
        response: { 204: Type.Null() },
        security,
        problems: [...proofProblems, 'device-unknown', 'check-unknown'],
      }),
    },
    async (request, reply) => {
      const { thumbprint } = await possession(dependencies, request);
      const disputing = await dispute(dependencies, thumbprint, request.body.check);
      if (disputing.kind === 'refused') {
        throw disputing.reason === 'device-over' ? disputeOverProblem() : refusal(disputing.reason);
      }
      return noStore(reply).code(204).send(null);
    },
  );
}

function changeNumberRoute(server: Server, dependencies: AppDependencies): void {
  server.post(
    '/app-api/device/phone',
    {
      schema: documented('Begin a change of number', ['App'], {
        body: ChangePhoneRequest,
        response: { 202: PendingRegistration },
        security,
        problems: [
          ...proofProblems,
          'device-unknown',
          'phone-not-mobile',
          'phone-unchanged',
          'identity-required',
          'message-limit',
          'registration-limit',
          'proof-closed',
        ],
      }),
    },
    async (request, reply) => {
      const { thumbprint } = await possession(dependencies, request);
      const from = { thumbprint, address: clientNetwork(request.ip) };
      const change = await changeNumber(dependencies, from, request.body);
      if (change.kind === 'malformed') {
        throw new ProblemResponse('malformed', '입력한 번호를 확인해 주세요.', { errors: change.errors });
      }
      if (change.kind === 'limited') throw limitedProblem(change);
      if (change.kind === 'refused') {
        throw change.reason === 'locked' ? lockedProblem() : refusal(change.reason);
      }
      dependencies.messagesWaiting();
      return noStore(reply).code(202).send(change.pending);
    },
  );
}

function proveNumberRoute(server: Server, dependencies: AppDependencies): void {
  server.post(
    '/app-api/device/phone/proof',
    {
      schema: documented('Prove the new number', ['App'], {
        body: ProvePhoneRequest,
        response: { 200: DeviceReply },
        security,
        problems: [
          ...proofProblems,
          'device-unknown',
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
      const { thumbprint } = await possession(dependencies, request);
      const code = parseCode(request.body.code);
      if (!code) throw refusal('not-a-code');
      const proof = await proveNumber(dependencies, thumbprint, request.body.registration, code);
      if (proof.kind === 'limited') throw limitedProblem(proof);
      if (proof.kind === 'wrong') throw refusal('wrong-proof', { triesLeft: proof.triesLeft });
      if (proof.kind === 'refused') throw proof.reason === 'locked' ? lockedProblem() : refusal(proof.reason);
      const view = await viewDevice(dependencies, thumbprint);
      if (!view) throw refusal('device-unknown');
      return noStore(reply).send(view);
    },
  );
}

function identityRoute(server: Server, dependencies: AppDependencies): void {
  server.post(
    '/app-api/device/identity',
    {
      schema: documented('Begin an identity check: unlock, or a new name', ['App'], {
        body: DeviceIdentityRequest,
        response: { 200: IdentityAttempt },
        security,
        problems: [
          ...proofProblems,
          'device-unknown',
          'identity-unavailable',
          'identity-limit',
          'provider-unavailable',
        ],
      }),
    },
    async (request, reply) => {
      const { thumbprint } = await possession(dependencies, request);
      const beginning = await beginDeviceIdentity(dependencies, thumbprint, request.body);
      if (beginning.kind === 'begun') return noStore(reply).send(beginning.attempt);
      if (beginning.kind === 'limited') {
        throw refusal('identity-limit', { retryAfter: beginning.retryAfterMs / 1000 });
      }
      if (beginning.reason === 'identity-unavailable') throw unavailableProblem();
      throw refusal(beginning.reason, beginning.reason === 'provider-unavailable' ? { retryAfter: 5 } : {});
    },
  );
}

/** A locked registration does not change its number: what opens it comes first. */
const lockedProblem = () =>
  new ProblemResponse(
    'identity-required',
    '등록이 잠겨 있어 번호를 바꿀 수 없습니다. 먼저 본인인증으로 잠금을 풀거나 훈련기관에 문의해 주세요.',
  );

const disputeOverProblem = () =>
  new ProblemResponse(
    'device-over',
    '이 앱에서는 더 이상 알릴 수 없습니다. 본인이 한 일이 아니라면 훈련기관에 알려 주세요.',
  );

const unavailableProblem = () =>
  new ProblemResponse(
    'identity-unavailable',
    '지금은 이 본인인증이 필요하지 않거나 쓸 수 없습니다. 화면을 새로 고치거나 훈련기관에 문의해 주세요.',
  );
