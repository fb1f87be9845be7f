import {
  BeginIdentityRequest,
  IdentityAttempt,
  IdentityOutcome,
  LmsId,
  RegistrationProgress,
} from '@motp/protocol';
import { Type } from 'typebox';
import { documented, noStore } from '../http/documented.ts';
import type { Server } from '../http/server.ts';
import { viewAttempt } from '../identity/view-attempt.ts';
import { refusal } from './app-problems.ts';
import { type AppDependencies, proofProblems, security, unendedPossession } from './app-requests.ts';
import { beginRegistrationIdentity } from './begin-identity.ts';
import { viewRegistration } from './view-registration.ts';

const RegistrationParams = Type.Object({ id: LmsId });
const RETRY_SECONDS = 5;

/** PROTOCOL §5: the other way to prove a registration, and how it stands. */
export function registrationIdentityRoutes(server: Server, dependencies: AppDependencies): void {
  progressRoute(server, dependencies);
  beginRoute(server, dependencies);
  outcomeRoute(server, dependencies);
}

function progressRoute(server: Server, dependencies: AppDependencies): void {
  server.get(
    '/app-api/registrations/:id',
    {
      schema: documented('Whether the message is on its way', ['App'], {
        params: RegistrationParams,
        response: { 200: RegistrationProgress },
        security,
        problems: [...proofProblems, 'registration-unknown'],
      }),
    },
    async (request, reply) => {
      const { thumbprint } = await unendedPossession(dependencies, request);
      const view = await viewRegistration(dependencies, thumbprint, request.params.id);
      if (!view) throw refusal('registration-unknown');
      return noStore(reply).send(view);
    },
  );
}

function beginRoute(server: Server, dependencies: AppDependencies): void {
  server.post(
    '/app-api/registrations/:id/identity',
    {
      schema: documented('Start an identity check that proves a registration', ['App'], {
        params: RegistrationParams,
        body: BeginIdentityRequest,
        response: { 200: IdentityAttempt },
        security,
        problems: [
          ...proofProblems,
          'registration-unknown',
          'registration-over',
          'identity-unavailable',
          'identity-limit',
          'provider-unavailable',
        ],
      }),
    },
    async (request, reply) => {
      const { thumbprint } = await unendedPossession(dependencies, request);
      const { method } = request.body;
      const beginning = await beginRegistrationIdentity(dependencies, thumbprint, request.params.id, method);
      if (beginning.kind === 'begun') return noStore(reply).send(beginning.attempt);
      if (beginning.kind === 'limited') {
        throw refusal('identity-limit', { retryAfter: beginning.retryAfterMs / 1000 });
      }
      const isPassing = beginning.reason === 'provider-unavailable';
      throw refusal(beginning.reason, isPassing ? { retryAfter: RETRY_SECONDS } : {});
    },
  );
}

function outcomeRoute(server: Server, dependencies: AppDependencies): void {
  server.get(
    '/app-api/identity/:attempt',
    {
      schema: documented('How an identity check of this app stands', ['App'], {
        params: Type.Object({ attempt: Type.String({ maxLength: 128 }) }),
        response: { 200: IdentityOutcome },
        security,
        problems: [...proofProblems, 'attempt-unknown'],
      }),
    },
    async (request, reply) => {
      const { database, world } = dependencies;
      const { thumbprint } = await unendedPossession(dependencies, request);
      const outcome = await viewAttempt(database, request.params.attempt, thumbprint, world.now());
      if (!outcome) throw refusal('attempt-unknown');
      return noStore(reply).send(outcome);
    },
  );
}
