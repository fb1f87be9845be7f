import {
  Closed,
  LmsId,
  type ProblemCode,
  SetWebhook,
  WebhookEvents,
  WebhookEventsQuery,
  WebhookMade,
  WebhookReply,
  WebhookSecretReply,
} from '@motp/protocol';
import { Type } from 'typebox';
import { type Authenticated, callerOf } from '../http/api-key.ts';
import { documented, noStore } from '../http/documented.ts';
import { ProblemResponse } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import {
  removeWebhook,
  rotateSecret,
  type SettingDependencies,
  setWebhook,
  viewWebhook,
} from './manage-endpoint.ts';
import { replayEvent, viewEvents } from './view-events.ts';

export interface WebhookDependencies extends SettingDependencies {
  authenticated: Authenticated;
  eventsWaiting: () => void;
}

const details = {
  'webhook-unknown': '이 기관에는 웹훅이 없습니다. PUT /v1/webhook으로 주소를 먼저 정해 주세요.',
  'event-unknown': '이 기관에는 그런 웹훅 이벤트가 없습니다. 오래된 이벤트는 지워집니다.',
  'webhook-address': '이 주소로는 보낼 수 없습니다. 인터넷에서 닿는 https 주소를 적어 주세요.',
} as const satisfies Partial<Record<ProblemCode, string>>;

const problem = (code: keyof typeof details) => new ProblemResponse(code, details[code]);

const security = [{ apiKey: [] }];
const ofEvery = ['unauthorized', 'too-many-failures'] as const satisfies readonly ProblemCode[];

/** PROTOCOL §2: where an institution is told, and what became of the telling. */
export function webhookRoutes(server: Server, dependencies: WebhookDependencies): void {
  const onRequest = dependencies.authenticated;
  viewRoute(server, dependencies, onRequest);
  setRoute(server, dependencies, onRequest);
  removeRoute(server, dependencies, onRequest);
  secretRoute(server, dependencies, onRequest);
  eventsRoute(server, dependencies, onRequest);
  replayRoute(server, dependencies, onRequest);
}

type Route = (server: Server, dependencies: WebhookDependencies, onRequest: Authenticated) => void;

const viewRoute: Route = (server, dependencies, onRequest) => {
  const schema = documented('The webhook of the institution', ['Webhooks'], {
    response: { 200: WebhookReply },
    security,
    problems: [...ofEvery, 'webhook-unknown'],
  });
  server.get('/v1/webhook', { schema, onRequest }, async (request, reply) => {
    const view = await viewWebhook(dependencies, callerOf(request).institution.id);
    if (!view) throw problem('webhook-unknown');
    return noStore(reply).send(view);
  });
};

const setRoute: Route = (server, dependencies, onRequest) => {
  const schema = documented('Set the webhook’s address', ['Webhooks'], {
    body: SetWebhook,
    response: { 200: SetWebhook, 201: WebhookMade },
    security,
    problems: [...ofEvery, 'webhook-address'],
  });
  server.put('/v1/webhook', { schema, onRequest }, async (request, reply) => {
    const owner = { institution: callerOf(request).institution.id, actor: 'institution' };
    const set = await setWebhook(dependencies, owner, request.body.url);
    if (set.kind === 'refused') throw problem('webhook-address');
    const { kind, ...body } = set;
    return noStore(reply)
      .code(kind === 'made' ? 201 : 200)
      .send(body);
  });
};

const removeRoute: Route = (server, dependencies, onRequest) => {
  const schema = documented('Remove the webhook', ['Webhooks'], {
    response: { 204: Type.Null() },
    security,
    problems: [...ofEvery, 'webhook-unknown'],
  });
  server.delete('/v1/webhook', { schema, onRequest }, async (request, reply) => {
    const owner = { institution: callerOf(request).institution.id, actor: 'institution' };
    if (!(await removeWebhook(dependencies, owner))) throw problem('webhook-unknown');
    return noStore(reply).code(204).send(null);
  });
};

const secretRoute: Route = (server, dependencies, onRequest) => {
  const schema = documented('Make a new secret; the one before signs too for a day', ['Webhooks'], {
    response: { 200: WebhookSecretReply },
    security,
    problems: [...ofEvery, 'webhook-unknown'],
  });
  server.post('/v1/webhook/secret', { schema, onRequest }, async (request, reply) => {
    const owner = { institution: callerOf(request).institution.id, actor: 'institution' };
    const rotated = await rotateSecret(dependencies, owner);
    if (!rotated) throw problem('webhook-unknown');
    return noStore(reply).send(rotated);
  });
};

const eventsRoute: Route = (server, { database }, onRequest) => {
  const schema = documented('What became of the events, newest first', ['Webhooks'], {
    querystring: WebhookEventsQuery,
    response: { 200: WebhookEvents },
    security,
    problems: ofEvery,
  });
  server.get('/v1/webhook/events', { schema, onRequest }, async (request, reply) =>
    noStore(reply).send(await viewEvents(database, callerOf(request).institution.id, request.query)),
  );
};

const replayRoute: Route = (server, dependencies, onRequest) => {
  const schema = documented('Send an event again', ['Webhooks'], {
    params: Closed({ id: LmsId }),
    response: { 202: Type.Null() },
    security,
    problems: [...ofEvery, 'webhook-unknown', 'event-unknown'],
  });
  server.post('/v1/webhook/events/:id/replay', { schema, onRequest }, async (request, reply) => {
    const replayed = await replayEvent(dependencies, callerOf(request).institution.id, request.params.id);
    if (replayed !== 'queued') throw problem(replayed);
    return noStore(reply).code(202).send(null);
  });
};
