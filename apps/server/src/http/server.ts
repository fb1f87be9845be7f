import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';
import type { World } from '../world.ts';
import { refuseBadText, refuseUndocumentedBody } from './body.ts';
import { isProxy } from './client-address.ts';
import { answerError } from './errors.ts';
import { answerProblem, nothingHere, ProblemResponse } from './problem.ts';

export type Server = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

declare module 'fastify' {
  interface FastifyRequest {
    /** When the request arrived, epoch ms: codes are judged by it (T-4). */
    arrivedAt: number;
  }
}

export interface ServerOptions {
  world: World;
  logger: FastifyBaseLogger;
  /** Addresses of proxies whose `X-Forwarded-For` counts; empty: the socket’s peer is the client (O-7). */
  trustedProxies: readonly string[];
  /** Are told of every answered request and of every error, for the metrics. */
  requests?: RequestTimes;
  failed?(error: Error): void;
  /** From then on whatever still comes over an open connection is refused. */
  isStopping?: () => boolean;
}

export interface RequestTimes {
  /** @param route the pattern; undefined: there is none */
  observe(method: string, route: string | undefined, status: number, milliseconds: number): void;
}

const BODY_LIMIT = 16 * 1024;
const MAX_PARAM = 200;

/** Fastify as this product uses it: closed schemas without coercion, problems instead of errors (P-3). */
export function createServer(options: ServerOptions): Server {
  const { world, logger, trustedProxies, isStopping } = options;
  const server = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: trustedProxies.length > 0 ? isProxy(trustedProxies) : false,
    bodyLimit: BODY_LIMIT,
    routerOptions: { maxParamLength: MAX_PARAM },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true } },
    frameworkErrors: (error, _request, reply) => answerError(error, reply),
    // Fastify's own refusal is no problem document and says nothing about coming again: `refuseWhenStopping` does.
    return503OnClosing: false,
  }).withTypeProvider<TypeBoxTypeProvider>();
  server.decorateRequest('arrivedAt', 0);
  server.decorateRequest('institution', null);
  server.addHook('onRequest', (request, _reply, done) => {
    request.arrivedAt = world.now();
    done();
  });
  if (isStopping) refuseWhenStopping(server, isStopping);
  server.addHook('preValidation', (request, _reply, done) => {
    refuseUndocumentedBody(request);
    refuseBadText(request.body);
    // PostgreSQL refuses U+0000 in an address no less than in a body.
    refuseBadText(request.params);
    refuseBadText(request.query);
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    answered(request, reply, options.requests);
    done();
  });
  server.setErrorHandler((error: Error, _request, reply) => {
    options.failed?.(error);
    return answerError(error, reply);
  });
  server.setNotFoundHandler((_request, reply) => answerProblem(reply, nothingHere()));
  // Replies are built from typed values; their schemas document them and hold them in the tests.
  server.setSerializerCompiler(() => (data) => JSON.stringify(data));
  acceptJsonOnly(server);
  return server;
}

/** Not accepted, so nothing happened: it may be asked of another server at once. */
function refuseWhenStopping(server: Server, isStopping: () => boolean): void {
  server.addHook('onRequest', (_request, reply, done) => {
    if (!isStopping()) return done();
    const detail = '서버를 다시 시작하는 중입니다. 잠시 뒤 다시 시도해 주세요.';
    answerProblem(reply, new ProblemResponse('unavailable', detail, { retryAfter: 1 }));
  });
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (isStopping()) reply.header('connection', 'close');
    done(null, payload);
  });
}

/** JSON and nothing else; an announced but empty body is no body. */
function acceptJsonOnly(server: Server): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parse(request, body as string, done);
  });
}

/** Routes are logged and counted as patterns: never an address with a token in it (O-6). */
function answered(request: FastifyRequest, reply: FastifyReply, requests?: RequestTimes): void {
  const { method } = request;
  const { statusCode: status, elapsedTime } = reply;
  const { url } = request.routeOptions;
  requests?.observe(method, url, status, elapsedTime);
  const level = status >= 500 ? 'error' : 'debug';
  request.log[level]({ method, route: url ?? 'unknown', status, ms: Math.round(elapsedTime) }, 'answered');
}
